package countersign.app

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PagesTest {
    private fun ours(path: String?) = page("https", "app.invalid", path)

    @Test fun theBeginningIsTheIndex() {
        for (path in listOf("/", "", null, "/index.html")) assertEquals(Page("web/index.html", "text/html"), ours(path))
    }

    @Test fun aFileHasItsKind() {
        val kinds = mapOf("/assets/app-1.js" to "text/javascript", "/assets/app-1.css" to "text/css", "/mark.svg" to "image/svg+xml", "/odd" to "application/octet-stream")
        for ((path, mediaType) in kinds) assertEquals(Page("web$path", mediaType), ours(path))
    }

    @Test fun foreignRequestsAreRefused() {
        assertNull(page("http", "app.invalid", "/"))
        assertNull(page("https", "app.invalid:444", "/"))
        assertNull(page("https", "user@app.invalid", "/"))
        assertNull(page("https", "app.invalid.example", "/"))
        assertNull(page("file", "", "/etc/hosts"))
        assertNull(page(null, null, null))
    }

    @Test fun noPathLeadsOutOfThePackage() {
        for (path in listOf("/../classes.dex", "/a/../../b", "//a", "/a//b", "/./a", "/a\\..\\b", "/a\u0000.js", "/assets/")) assertNull(ours(path), path)
    }

    @Test fun thePageMayLoadNothingFromElsewhere() {
        val policy = HEADERS.getValue("content-security-policy")
        assertTrue(policy.startsWith("default-src 'none'"))
        for (word in listOf("unsafe", "http", "*")) assertTrue(word !in policy, word)
    }

    @Test fun aCopyIsAskedForByItsEntryAndNothingElse() {
        val entry = "01890a5d-ac96-774b-bcce-b302099a8057"
        fun copied(path: String?) = copiedEntry("https", "app.invalid", path)
        assertEquals(entry, copied("/copies/$entry.pdf"))
        for (path in listOf(null, "/", "/copies/", "/copies/$entry", "/copies/x.pdf", "/copies/../$entry.pdf", "/copies/$entry.pdf/", "/copies/$entry\n.pdf")) assertNull(copied(path), path)
        assertNull(copiedEntry("http", "app.invalid", "/copies/$entry.pdf"))
        assertNull(copiedEntry("https", "app.invalid.example", "/copies/$entry.pdf"))
    }

    @Test fun aCopyKeepsThePolicyAndSaysItsName() {
        val headers = copyHeaders("attachment; filename=\"a.pdf\"")
        assertEquals(HEADERS, headers - "content-disposition")
        assertEquals("attachment; filename=\"a.pdf\"", headers["content-disposition"])
    }

    @Test fun aLinkLeadsToTelephoneAndMapAndNowhereElse() {
        assertEquals("android.intent.action.DIAL", outwardAction("tel"))
        assertEquals("android.intent.action.VIEW", outwardAction("geo"))
        for (scheme in listOf(null, "", "https", "intent", "file", "content", "sms", "maps", "javascript")) assertNull(outwardAction(scheme), "$scheme")
    }

    @Test fun anEventNamesWhatChanged() =
        assertEquals("""{"event":"changed","kinds":["stops","sync"]}""", changedEvent(listOf("stops", "sync")))
}

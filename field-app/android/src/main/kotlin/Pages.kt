package countersign.app

/** Where the page lives. The name resolves nowhere (RFC 2606): every request for it is answered from the package. */
const val ORIGIN = "https://app.invalid"

/** The page loads nothing from elsewhere and runs no script but its own. */
private const val POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Headers of every answer to the page. */
val HEADERS = mapOf(
    "content-security-policy" to POLICY,
    "x-content-type-options" to "nosniff",
    "referrer-policy" to "no-referrer",
    "cache-control" to "no-store",
)

/** A file of the package and what it is. */
data class Page(val asset: String, val mediaType: String)

/** What `url` names inside the package; null for everything that is not ours. */
fun page(scheme: String?, authority: String?, path: String?): Page? {
    if ("$scheme://$authority" != ORIGIN) return null
    val name = (path ?: "/").removePrefix("/").ifEmpty { "index.html" }
    val isPlain = name.split('/').none { it.isEmpty() || it == "." || it == ".." } && '\\' !in name && '\u0000' !in name
    return if (isPlain) Page("web/$name", mediaType(name)) else null
}

private val COPY = Regex("/copies/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.pdf")

/** The entry whose paper `url` names as a PDF, which the core draws; null for every other address. */
fun copiedEntry(scheme: String?, authority: String?, path: String?): String? =
    if ("$scheme://$authority" == ORIGIN) COPY.matchEntire(path.orEmpty())?.groupValues?.get(1) else null

/** What another app is asked to do with a link of this scheme; null when the page may not lead there. */
fun outwardAction(scheme: String?): String? = when (scheme) {
    "tel" -> "android.intent.action.DIAL"
    "geo" -> "android.intent.action.VIEW"
    else -> null
}

/** Headers of a copy: those of every answer, and the name under which it is handed over. */
fun copyHeaders(disposition: String) = HEADERS + ("content-disposition" to disposition)

private fun mediaType(name: String): String = when (name.substringAfterLast('.', "")) {
    "html" -> "text/html"
    "js" -> "text/javascript"
    "css" -> "text/css"
    "svg" -> "image/svg+xml"
    "png" -> "image/png"
    "woff2" -> "font/woff2"
    "json" -> "application/json"
    "txt" -> "text/plain"
    else -> "application/octet-stream"
}

/** The event that makes screens read again. Kinds are words of the core, without quotes or backslashes. */
fun changedEvent(kinds: List<String>): String = kinds.joinToString(",", """{"event":"changed","kinds":[""", "]}") { "\"$it\"" }

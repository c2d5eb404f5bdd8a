package countersign.platform

import countersign.mobile.Biometric
import countersign.mobile.Camera
import countersign.mobile.CancelToken
import countersign.mobile.Clock
import countersign.mobile.ClockReading
import countersign.mobile.ConfirmPrompt
import countersign.mobile.ConfirmReply
import countersign.mobile.Confirmation
import countersign.mobile.FixReply
import countersign.mobile.HttpCall
import countersign.mobile.HttpClient
import countersign.mobile.HttpReply
import countersign.mobile.KeyVault
import countersign.mobile.Locator
import countersign.mobile.MissingFix
import countersign.mobile.MissingPhoto
import countersign.mobile.MobileException
import countersign.mobile.Photo
import countersign.mobile.PhotoReply
import countersign.mobile.Platform
import countersign.mobile.Protection
import countersign.mobile.Replica
import countersign.mobile.SecureScreen
import countersign.mobile.exportUnsent
import countersign.mobile.refusal
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.io.path.exists
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private class BrokenClock : Clock {
    override fun read(): ClockReading = throw IllegalStateException("no clock")
}

private class BrokenLocator : Locator {
    override fun request(timeoutMs: UInt, reply: FixReply) = throw SecurityException("asked without a permission")
}

/** Takes the reply and never answers. */
private class SilentLocator : Locator {
    val held = CompletableFuture<FixReply>()

    override fun request(timeoutMs: UInt, reply: FixReply) {
        held.complete(reply)
    }
}

private class SilentHttp : HttpClient {
    val held = CompletableFuture<HttpReply>()

    override fun send(request: HttpCall, reply: HttpReply) {
        held.complete(reply)
    }
}

/** Lets go of the reply without an answer. */
private class ForgetfulHttp : HttpClient {
    override fun send(request: HttpCall, reply: HttpReply) = reply.close()
}

/** Stands in for a key store: a mask instead of a cipher. */
private class Vault(private val mask: Int) : KeyVault {
    override fun wrap(plain: ByteArray) = ByteArray(plain.size) { (plain[it].toInt() xor mask).toByte() }
    override fun unwrap(wrapped: ByteArray) = wrap(wrapped)
}

private class LostVault : KeyVault {
    override fun wrap(plain: ByteArray) = plain
    override fun unwrap(wrapped: ByteArray): ByteArray = throw MobileException.Support("key-store-emptied")
}

private class Shots(private val photo: Photo?) : Camera {
    override fun capture(reply: PhotoReply) = reply.use { if (photo == null) it.missing(MissingPhoto.DENIED) else it.done(photo) }
}

private class Owner(private val says: Confirmation?) : Biometric {
    var prompt: ConfirmPrompt? = null

    override fun confirm(prompt: ConfirmPrompt, reply: ConfirmReply) {
        this.prompt = prompt
        reply.use { if (says != null) it.done(says) }
    }
}

private class Screen : SecureScreen {
    var protection: Protection? = null

    override fun protect(protection: Protection) {
        this.protection = protection
    }
}

class DevicesTest(@param:TempDir private val folder: Path) {
    private fun platform(locator: Locator = TestLocator(), http: HttpClient = NoNetwork) = Platform(TestClock(), locator, http)

    private fun open(platform: Platform): Replica = Replica.open(folder.toString(), platform)

    private fun enrol(door: Door, url: String = "https://countersign.example") = door.refused("device.enrol") {
        put("server_url", url)
        put("code", "0123456789ABCDEFGHJKMNPQRS")
        put("name", "李伟的手机")
    }

    @Test fun aForeignExceptionIsAnErrorAndNotACrash() {
        val thrown = assertThrows(MobileException.Support::class.java) { open(Platform(BrokenClock(), TestLocator(), NoNetwork)) }
        assertEquals("device-service", thrown.reference)
        open(platform(locator = BrokenLocator())).use { replica ->
            assertEquals("unavailable", Door(replica).call("position.read") { put("timeout_ms", 50) }.text("missing"))
        }
    }

    @Test fun anErrorSaysWhatToDo() = open(platform()).use { replica ->
        val door = Door(replica)
        assertEquals("gone" to "stop", door.refused("stop.check_in") { put("stop", "01890a5d-ac96-774b-bcce-b302099a8057"); put("missing", "denied") })
        assertEquals("fix" to "parameters", door.refused("stop.read") { put("stop", 5) })
        assertEquals("fix" to "server-url-unusable", enrol(door, "nonsense"))
        assertEquals("support" to "unknown-method", door.refused("stop.dance"))
        assertEquals("retry" to "no-connection", enrol(door))
    }

    @Test fun aLocatorThatNeverAnswersIsNotWaitedForLonger() {
        val silent = SilentLocator()
        open(platform(locator = silent)).use { replica ->
            assertEquals("timed_out", Door(replica).call("position.read") { put("timeout_ms", 50) }.text("missing"))
        }
        silent.held.get().use { it.missing(MissingFix.DENIED) } // late: nobody listens, nothing breaks
    }

    @Test fun aReplyThatIsLetGoIsNoAnswer() = open(platform(http = ForgetfulHttp())).use { replica ->
        assertEquals("retry" to "no-connection", enrol(Door(replica)))
    }

    @Test fun aVaultKeepsTheKeyFromWhoCopiesTheFolder() {
        open(platform().copy(vault = Vault(0x5A))).close()
        assertTrue(folder.resolve("device.key.wrapped").exists())
        assertFalse(folder.resolve("device.key").exists())
        open(platform().copy(vault = Vault(0x5A))).close()
        for (other in listOf(null, LostVault())) {
            val thrown = assertThrows(MobileException.Support::class.java) { open(platform().copy(vault = other)) }
            assertEquals("device-key-unusable", thrown.reference)
        }
    }

    @Test fun aPageWithoutAReplicaIsToldWhy() {
        val reply = refusal("""{"v":1,"id":7,"method":"device.read"}""", MobileException.Support("newer-schema"))
        assertEquals("""{"error":{"kind":"support","ref":"newer-schema"},"id":7}""", reply)
    }

    @Test fun whatIsUnsentCanBeTakenOutWithoutOpening() {
        open(platform()).close()
        assertArrayEquals("83018080".chunked(2).map { it.toInt(16).toByte() }.toByteArray(), exportUnsent(folder.toString()))
        assertThrows(MobileException::class.java) { exportUnsent(folder.resolve("nowhere").toString()) }
    }

    @Test fun aPhotoIsAFileOrAReason() {
        val photo = Photo("/photos/1.jpg", "image/jpeg")
        open(platform().copy(camera = Shots(photo))).use {
            assertTrue(Door(it).call("photo.capture").has("photo"))
        }
        for ((camera, why) in listOf(Shots(null) to "denied", null to "unavailable")) {
            open(platform().copy(camera = camera)).use { assertEquals(why, Door(it).call("photo.capture").text("missing")) }
        }
    }

    @Test fun onlyAnAnswerConfirmsTheOwner() {
        for ((owner, said) in listOf(Owner(Confirmation.CONFIRMED) to "confirmed", Owner(Confirmation.LOCKED_OUT) to "locked_out", Owner(null) to "cancelled", null to "unavailable")) {
            open(platform().copy(biometric = owner)).use { replica ->
                val reply = Door(replica).ask("owner.confirm") { put("title", "解锁"); put("cancel", "取消") }
                assertEquals(said, reply.jsonPrimitive.content)
            }
            if (owner != null) assertEquals(ConfirmPrompt("解锁", "取消"), owner.prompt)
        }
    }

    @Test fun theScreenIsProtectedOnRequest() {
        val screen = Screen()
        open(platform().copy(screen = screen)).use { replica ->
            Door(replica).ask("screen.protect") { put("protection", "open") }
            assertEquals(Protection.OPEN, screen.protection)
            assertEquals("fix" to "parameters", Door(replica).refused("screen.protect") { put("protection", "half") })
        }
    }

    @Test fun aClosedReplicaIsNotCalled() {
        val replica = open(platform()).also { it.close() }
        assertThrows(IllegalStateException::class.java) { replica.dispatch("{}") }
    }

    @Test fun aTokenEndsAWaitingSync() = Office(folder.resolve("office").toFile()).use { office ->
        val silent = SilentHttp()
        val way = UrlHttpClient { Thread(it).apply { isDaemon = true }.start() }
        var isEnrolled = false
        val http = object : HttpClient {
            override fun send(request: HttpCall, reply: HttpReply) = if (isEnrolled) silent.send(request, reply) else way.send(request, reply)
        }
        open(platform(http = http)).use { replica ->
            Door(replica).call("device.enrol") { put("server_url", office.url); put("code", office.code); put("name", "李伟的手机") }
            isEnrolled = true
            val token = CancelToken()
            val waiting = CompletableFuture.supplyAsync { replica.sync(token) }
            val reply = silent.held.get(10, TimeUnit.SECONDS)
            assertFalse(waiting.isDone)
            token.cancel()
            assertFalse(waiting.get(10, TimeUnit.SECONDS).isComplete)
            reply.use { it.unreachable() } // late
            assertFalse(replica.sync(token).isComplete, "a cancelled token stays cancelled")
            token.close()
        }
    }
}

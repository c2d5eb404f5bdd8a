package countersign.platform

import countersign.mobile.Biometric
import countersign.mobile.ConfirmPrompt
import countersign.mobile.ConfirmReply
import countersign.mobile.Confirmation
import countersign.mobile.CancelToken
import countersign.mobile.Clock
import countersign.mobile.ClockReading
import countersign.mobile.MobileException
import countersign.mobile.Platform
import countersign.mobile.Replica
import java.nio.file.Path
import kotlin.io.path.exists
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private const val PIN = "482793"

/** A clock that somebody moves: both clocks, or the wall alone. */
private class MovableClock : Clock {
    @Volatile var passedMs = 0L
    @Volatile var setByMs = 0L

    override fun read() =
        ClockReading(System.currentTimeMillis() + passedMs + setByMs, (System.nanoTime() / 1_000_000 + passedMs).toULong(), "boot")
}

/** The lock through the bindings, on the real library and with a phone that is enrolled at the real server. */
class LockTest(@param:TempDir private val folder: Path) {
    private val clock = MovableClock()
    private val way = UrlHttpClient { Thread(it).apply { isDaemon = true }.start() }
    private val owner = object : Biometric {
        override fun confirm(prompt: ConfirmPrompt, reply: ConfirmReply) = reply.use { it.done(Confirmation.CONFIRMED) }
    }

    private fun open() = Replica.open(folder.resolve("phone").toString(), Platform(clock, TestLocator(), way).copy(biometric = owner))

    private fun Door.enrol(office: Office) = call("device.enrol") { put("server_url", office.url); put("code", office.code); put("name", "李伟的手机") }

    private fun Door.set() = call("lock.set") { put("pin", PIN) }

    private fun Door.unlock(pin: String): JsonObject = call("lock.open") { put("pin", pin) }

    private fun Door.wrong() = refused("lock.open") { put("pin", "739184") }

    @Test fun aPhoneThatStartsLockedSignsSendsAndShowsNothingBeforeThePin() = Office(folder.resolve("office").toFile()).use { office ->
        open().use { Door(it).run { enrol(office); call("sync.run"); assertEquals("fix" to "pin-trivial", refused("lock.set") { put("pin", "123456") }); set() } }
        assertFalse(folder.resolve("phone/device.key").exists(), "the key is under the PIN alone")
        open().use { replica ->
            val door = Door(replica)
            assertEquals("sign_in" to "locked", door.refused("today.read") { put("offset", 0); put("limit", 5) })
            assertThrows(MobileException.SignIn::class.java) { replica.paperCopy("01890a5d-ac96-774b-bcce-b302099a8057") }
            CancelToken().use { token -> assertThrows(MobileException.SignIn::class.java) { replica.sync(token) } }
            assertTrue(replica.device().isEnrolled, "a notification may count what waits")
            assertEquals("open", door.unlock(PIN).text("state"))
            assertTrue(CancelToken().use { replica.sync(it) }.isComplete)
            assertTrue(door.call("today.read") { put("offset", 0); put("limit", 5) }.has("stops"))
        }
    }

    @Test fun aWrongPinCostsAWaitThatNoRestartAndNoWallClockShortens() = Office(folder.resolve("office").toFile()).use { office ->
        open().use { Door(it).run { enrol(office); set() } }
        open().use { replica -> repeat(3) { assertEquals("fix" to "pin-wrong", Door(replica).wrong()) } }
        clock.setByMs = 86_400_000
        open().use { replica ->
            val door = Door(replica)
            assertEquals("wait" to "pin-wait", door.refused("lock.open") { put("pin", PIN) })
            clock.setByMs = -86_400_000
            assertEquals("7", door.call("lock.read").text("tries_left"))
            assertEquals("wait" to "pin-wait", door.refused("lock.open") { put("pin", PIN) })
            clock.passedMs += 30_000
            assertEquals("10", door.unlock(PIN).text("tries_left"))
        }
    }

    @Test fun theShellTellsWhenTheAppWasAwayAndComesBack() = Office(folder.resolve("office").toFile()).use { office ->
        open().use { replica ->
            val door = Door(replica)
            door.enrol(office)
            door.set()
            val listener = Listener()
            replica.left()
            clock.passedMs += 4 * 60_000
            replica.returned()
            assertEquals("open", door.call("lock.read").text("state"))
            replica.observe(listener)
            clock.passedMs += 60_000
            replica.returned()
            assertEquals(listOf("lock"), listener.next())
            assertEquals("closed", door.call("lock.read").text("state"))
        }
    }

    @Test fun theOwnersFingerOpensAfterThePinWhenThatWasChosen() = Office(folder.resolve("office").toFile()).use { office ->
        val ask: Door.() -> Pair<String, String> = { refused("lock.confirm") { put("title", "解锁"); put("cancel", "用解锁码") } }
        open().use { replica ->
            val door = Door(replica)
            door.enrol(office)
            door.set()
            door.call("lock.keep") { put("auto_lock_minutes", 1); put("owner_unlocks", true) }
            door.call("lock.close")
            assertEquals("open", door.call("lock.confirm") { put("title", "解锁"); put("cancel", "用解锁码") }.text("state"))
        }
        open().use { replica -> assertEquals("fix" to "pin-first", Door(replica).ask()) }
    }
}

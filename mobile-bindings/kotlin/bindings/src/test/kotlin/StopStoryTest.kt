package countersign.platform

import countersign.mobile.CancelToken
import countersign.mobile.Crs
import countersign.mobile.FixSource
import countersign.mobile.MobileException
import countersign.mobile.Observer
import countersign.mobile.Platform
import countersign.mobile.RawFix
import countersign.mobile.Replica
import countersign.mobile.SyncScheduler
import java.nio.file.Path
import java.security.KeyPairGenerator
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.add
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private val FIX = RawFix(312_304_000, 1_214_737_000, Crs.WGS84, 12_000u, 900u, "gps", FixSource.MEASURED)

private class Scheduler : SyncScheduler {
    val asked = AtomicInteger()

    override fun request() {
        asked.incrementAndGet()
    }
}

private class DeafObserver : Observer {
    override fun changed(kinds: List<String>) = throw IllegalStateException("a shell that cannot listen")
}

/** One stop from the morning to the receipt, as a shell does it: the key in a key store, the network away, the app killed. */
class StopStoryTest(@param:TempDir private val folder: Path) {
    private val keys = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
    private val network = Switch(UrlHttpClient(Executors.newCachedThreadPool { Thread(it).apply { isDaemon = true } }))
    private val scheduler = Scheduler()
    private val listener = Listener()

    private fun open(): Replica {
        val signer = EcdsaSigner(keys.private, keys.public as ECPublicKey)
        val platform = Platform(TestClock(), TestLocator(FIX), network, signer = signer, scheduler = scheduler)
        return Replica.open(folder.resolve("phone").toString(), platform).also {
            it.observe(DeafObserver()) // stops no commit, and nobody else from hearing of it
            it.observe(listener)
        }
    }

    @Test fun aSignatureTakenOfflineGetsItsReceipt() = Office(folder.resolve("office").toFile()).use { office ->
        val stop = open().use { morning(it, Door(it), office) }
        network.isOn = false
        val signing = open().use { signs(Door(it), stop) }
        // The app was killed between the last stroke and the end of the signature.
        open().use { sealsAndLeaves(it, Door(it), stop, signing) }
        network.isOn = true
        open().use { evening(it, Door(it), stop) }
    }

    private fun morning(replica: Replica, door: Door, office: Office): String {
        assertEquals("sign_in" to "not-enrolled", door.refused("today.read"))
        assertThrows(MobileException.SignIn::class.java) { CancelToken().use(replica::sync) }
        val enrolment: JsonObjectBuilder.() -> Unit = {
            put("server_url", office.url)
            put("code", office.code)
            put("name", "李伟的手机")
        }
        assertTrue(door.call("device.enrol", enrolment).isTrue("enrolled"))
        assertEquals("fix" to "already-enrolled", door.refused("device.enrol", enrolment))
        assertTrue(replica.device().isEnrolled)
        assertTrue(CancelToken().use(replica::sync).isComplete)
        assertEquals("样例机械有限公司", replica.device().organisationName)
        assertNotNull(replica.device().lastSync)
        val today = door.call("today.read")
        assertTrue(today.getValue("plans").jsonArray.all { it.jsonObject.isTrue("ready") })
        return today.getValue("stops").jsonArray.first().jsonObject.text("stop")
    }

    private fun signs(door: Door, stop: String): String {
        listener.forget()
        val report = door.call("position.read") { put("timeout_ms", 2_000) }
        assertEquals(FIX.latE7.toString(), report.getValue("fix").jsonObject.text("lat_e7"))
        door.ask("stop.check_in") { put("stop", stop); put("fix", report.getValue("fix")) }
        assertTrue("stops" in listener.next())
        assertTrue(scheduler.asked.get() > 0, "what waits to be sent asks for a sync")
        assertTrue(door.call("statement.read") { put("stop", stop) }.has("total"))
        val signing = begin(door, stop)
        assertEquals("signature-too-short", door.refused("signing.finish") { put("signing", signing); put("missing", "timed_out") }.second)
        for (number in 0 until 3) stroke(door, signing, number)
        return signing
    }

    private fun begin(door: Door, stop: String): String = door.call("signing.begin") {
        put("stop", stop)
        putJsonObject("signer") {
            put("name", "样例李某")
            put("title", "财务经理")
            put("capacity", "duty_holder")
            put("proof", "工牌")
        }
        put("stroke_consent", "given")
        putJsonObject("consents") {
            put("agreed_method", "given")
            put("personal_data", "given")
        }
        putJsonObject("viewing") {
            put("opened_ms", 1_000)
            put("scrolled_to_end_ms", 9_000)
            put("total_confirmed_ms", 12_000)
        }
    }.text("signing")

    private fun stroke(door: Door, signing: String, number: Int) = door.ask("signing.stroke") {
        put("signing", signing)
        putJsonObject("stroke") {
            put("pointer", "touch")
            put("cancelled", false)
            putJsonArray("x") { for (i in 0 until 24) add(2_000 + i * 700 + number * 300) }
            putJsonArray("y") { for (i in 0 until 24) add(6_000 + i % 5 * 900 + number * 2_500) }
            putJsonArray("t") { for (i in 0 until 24) add(i * 12 + number * 600) }
            putJsonArray("p") { for (i in 0 until 24) add(400) }
        }
    }

    private fun sealsAndLeaves(replica: Replica, door: Door, stop: String, signing: String) {
        val kept = door.call("signing.read") { put("stop", stop) }
        assertEquals(3, kept.getValue("strokes").jsonArray.size)
        val finish: JsonObjectBuilder.() -> Unit = { put("signing", signing); put("missing", "timed_out") }
        val entry = door.call("signing.finish", finish).text("entry")
        assertEquals(entry, door.call("signing.finish", finish).text("entry"), "sealed twice is sealed once")
        door.ask("outcome.record") { put("stop", stop); put("kind", "signed"); put("summary", "对账单已签字") }
        door.ask("stop.check_out") { put("stop", stop); put("missing", "timed_out") }
        assertFalse(CancelToken().use(replica::sync).isComplete, "without a network nothing is sent")
        assertTrue(replica.device().unsent > 0uL)
    }

    private fun evening(replica: Replica, door: Door, stop: String) {
        val asked = scheduler.asked.get()
        val end = CancelToken().use(replica::sync)
        assertTrue(end.isComplete)
        assertEquals(0uL to 0uL, end.unsent to end.held)
        assertTrue(door.call("sync.read").isTrue("safe_to_close"))
        assertEquals(asked, scheduler.asked.get(), "a sync that sent everything asks for no other")
        val row = door.call("stop.read") { put("stop", stop) }.getValue("row").jsonObject
        assertEquals("receipted", row.text("state"))
        assertTrue(row.isTrue("is_signed"))
    }
}

package countersign.platform

import countersign.mobile.Clock
import countersign.mobile.ClockReading
import countersign.mobile.FixReply
import countersign.mobile.HttpCall
import countersign.mobile.HttpClient
import countersign.mobile.HttpReply
import countersign.mobile.Locator
import countersign.mobile.MissingFix
import countersign.mobile.Observer
import countersign.mobile.RawFix
import countersign.mobile.Replica
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put

/** The system's clocks: a sample plan is for today. */
class TestClock : Clock {
    override fun read() = ClockReading(System.currentTimeMillis(), (System.nanoTime() / 1_000_000).toULong(), "boot")
}

/** Answers from another thread, as a platform does. */
class TestLocator(private val fix: RawFix? = null) : Locator {
    override fun request(timeoutMs: UInt, reply: FixReply) {
        thread { reply.use { if (fix == null) it.missing(MissingFix.DENIED) else it.done(fix) } }
    }
}

/** A network that can be switched off. */
class Switch(private val way: HttpClient) : HttpClient {
    @Volatile var isOn = true

    override fun send(request: HttpCall, reply: HttpReply) =
        if (isOn) way.send(request, reply) else reply.use { it.unreachable() }
}

object NoNetwork : HttpClient {
    override fun send(request: HttpCall, reply: HttpReply) = reply.use { it.unreachable() }
}

/** Keeps what it was told. */
class Listener : Observer {
    private val heard = LinkedBlockingQueue<List<String>>()

    override fun changed(kinds: List<String>) {
        heard.add(kinds)
    }

    /** The next change, waited for. */
    fun next(): List<String> = checkNotNull(heard.poll(10, TimeUnit.SECONDS)) { "nothing was heard" }

    fun forget() = heard.clear()
}

/** The JSON door, as the page uses it. */
class Door(private val replica: Replica) {
    private val ids = AtomicLong()

    fun reply(method: String, params: JsonObjectBuilder.() -> Unit = {}): JsonObject {
        val id = ids.incrementAndGet()
        val request = buildJsonObject {
            put("v", 1)
            put("id", id)
            put("method", method)
            put("params", buildJsonObject(params))
        }
        val reply = Json.parseToJsonElement(replica.dispatch(request.toString())).jsonObject
        check(reply["id"]?.jsonPrimitive?.content == id.toString()) { "another id: $reply" }
        return reply
    }

    fun ask(method: String, params: JsonObjectBuilder.() -> Unit = {}): JsonElement {
        val reply = reply(method, params)
        return checkNotNull(reply["ok"]) { "$method: $reply" }
    }

    fun call(method: String, params: JsonObjectBuilder.() -> Unit = {}): JsonObject = ask(method, params).jsonObject

    /** Kind and reference of the error. */
    fun refused(method: String, params: JsonObjectBuilder.() -> Unit = {}): Pair<String, String> {
        val error = checkNotNull(reply(method, params)["error"]) { "$method was not refused" }.jsonObject
        return error.text("kind") to error.text("ref")
    }
}

fun JsonObject.text(name: String): String = checkNotNull(this[name]) { "no $name in $this" }.jsonPrimitive.content

fun JsonObject.isTrue(name: String): Boolean = text(name) == "true"

fun JsonObject.has(name: String): Boolean = this[name].let { it != null && it != JsonNull }

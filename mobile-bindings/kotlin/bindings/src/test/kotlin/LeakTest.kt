package countersign.platform

import countersign.mobile.FixReply
import countersign.mobile.Locator
import countersign.mobile.MissingFix
import countersign.mobile.Platform
import countersign.mobile.Replica
import countersign.mobile.heldReplies
import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Path
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

private const val CALLS = 10_000
private const val WARM_UP = 1_000
private const val PADDING_BYTES = 4_096

/** One buffer of each call kept would be 40 MB. */
private const val BOUND_BYTES = 16L shl 20

/** Answers at once, and lets the reply go or keeps it. */
private class Answering(private val keeps: Boolean) : Locator {
    val kept = ArrayList<FixReply>()

    override fun request(timeoutMs: UInt, reply: FixReply) {
        reply.missing(MissingFix.DENIED)
        if (keeps) kept.add(reply) else reply.close()
    }
}

/** Resident memory of this process. The Java heap is of one size and touched from the beginning, so what grows is not Java's. */
private fun residentBytes(): Long {
    System.gc()
    val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
    return line.filter(Char::isDigit).toLong() * 1_024
}

private fun grownBy(work: () -> Unit): Long {
    val before = residentBytes()
    work()
    return residentBytes() - before
}

/** Replies that other tests let fall are held until they are collected: the counts leave room for them. */
class LeakTest(@param:TempDir private val folder: Path) {
    private val padding = "x".repeat(PADDING_BYTES)

    private fun open(locator: Locator) = Replica.open(folder.toString(), Platform(TestClock(), locator, NoNetwork))

    private fun calls(door: Door, count: Int) = repeat(count) {
        door.call("position.read") { put("timeout_ms", 50); put("padding", padding) }
    }

    @Test fun tenThousandCallsLeaveNothingBehind() = open(Answering(keeps = false)).use { replica ->
        val door = Door(replica)
        calls(door, WARM_UP)
        val grown = grownBy { calls(door, CALLS) }
        assertTrue(heldReplies() < 100uL, "${heldReplies()} replies are still held")
        assertTrue(grown < BOUND_BYTES, "10,000 calls left $grown bytes")
    }

    @Test fun aShellThatKeepsItsRepliesIsSeen() {
        val keeping = Answering(keeps = true)
        open(keeping).use { calls(Door(it), 100) }
        assertTrue(heldReplies() >= 100uL)
        keeping.kept.forEach(FixReply::close)
        assertTrue(heldReplies() < 100uL)
    }

    @Test fun theBoundSeesOneBufferACallKept() {
        val kept = ArrayList<ByteBuffer>(CALLS)
        val grown = grownBy {
            repeat(CALLS) { kept.add(ByteBuffer.allocateDirect(PADDING_BYTES).apply { while (hasRemaining()) put(1) }) }
        }
        assertTrue(grown > BOUND_BYTES, "${kept.size} kept buffers are only $grown bytes")
    }
}

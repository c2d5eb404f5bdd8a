package countersign.platform

import countersign.mobile.Platform
import countersign.mobile.Replica
import java.net.InetAddress
import java.net.ServerSocket
import java.nio.file.Path
import java.util.concurrent.Executor
import kotlin.concurrent.thread
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Answers one connection with fixed bytes and keeps what was asked. */
private class OneAnswer(private val answer: String) : AutoCloseable {
    private val socket = ServerSocket(0, 1, InetAddress.getLoopbackAddress())
    val url = "http://127.0.0.1:${socket.localPort}"
    var asked = ""
    private val serving = thread {
        socket.accept().use { connection ->
            val bytes = ByteArray(64 shl 10)
            // The head and the body of these small requests arrive at once or follow each other.
            while (!asked.contains("\r\n\r\n")) {
                val count = connection.getInputStream().read(bytes)
                if (count < 0) break
                asked += String(bytes, 0, count, Charsets.ISO_8859_1)
            }
            connection.getOutputStream().write(answer.toByteArray(Charsets.ISO_8859_1))
        }
    }

    override fun close() {
        serving.join()
        socket.close()
    }
}

class UrlHttpClientTest(@param:TempDir private val folder: Path) {
    /** What the core makes of one answer of the server to the enrolment. */
    private fun enrol(url: String): Pair<String, String> {
        val inline = Executor { it.run() }
        val platform = Platform(TestClock(), TestLocator(), UrlHttpClient(inline))
        return Replica.open(folder.toString(), platform).use { replica ->
            Door(replica).refused("device.enrol") {
                put("server_url", url)
                put("code", "0123456789ABCDEFGHJKMNPQRS")
                put("name", "李伟的手机")
            }
        }
    }

    @Test fun aRefusalIsAnAnswer() {
        OneAnswer("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno").use { server ->
            assertEquals("fix" to "code-refused", enrol(server.url))
            assertTrue(server.asked.startsWith("POST /sync/v1/enrol HTTP/1.1\r\n"), server.asked)
            assertTrue(server.asked.contains("content-encoding: zstd", ignoreCase = true), server.asked)
        }
    }

    @Test fun aRedirectIsNotFollowed() {
        OneAnswer("HTTP/1.1 302 Found\r\nlocation: http://portal.invalid/\r\ncontent-length: 0\r\n\r\n").use { server ->
            assertEquals("support" to "bad-answer", enrol(server.url))
        }
    }

    @Test fun aCutAnswerIsNoAnswerToAnEnrolment() {
        OneAnswer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").use { server ->
            assertEquals("retry" to "no-connection", enrol(server.url))
        }
    }

    @Test fun nobodyThereIsSaidAtOnce() {
        val url = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { "http://127.0.0.1:${it.localPort}" }
        assertEquals("retry" to "no-connection", enrol(url))
    }
}

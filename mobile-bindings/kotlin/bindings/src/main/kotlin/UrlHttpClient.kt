package countersign.platform

import countersign.mobile.HttpAnswer
import countersign.mobile.HttpCall
import countersign.mobile.HttpClient
import countersign.mobile.HttpHeader
import countersign.mobile.HttpReply
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.URL
import java.util.concurrent.Executor

private const val CONNECT_TIMEOUT_MS = 10_000
private const val READ_TIMEOUT_MS = 60_000
private const val ANSWER_LIMIT_BYTES = 256 shl 20
private const val CHUNK_BYTES = 64 shl 10

/** HTTP over the platform's own stack, so that its proxies and certificates apply. Every call ends within its time limits. */
class UrlHttpClient(private val background: Executor) : HttpClient {
    override fun send(request: HttpCall, reply: HttpReply) = background.execute {
        reply.use {
            try {
                it.done(carry(request))
            } catch (_: IOException) {
                it.unreachable()
            } catch (_: IllegalArgumentException) { // an address that is none
                it.unreachable()
            }
        }
    }

    private fun carry(request: HttpCall): HttpAnswer {
        val connection = open(request)
        try {
            if (request.body.isNotEmpty()) connection.outputStream.use { it.write(request.body) }
            val status = connection.responseCode
            if (status < 0) throw IOException("no HTTP answer")
            val body = ByteArrayOutputStream()
            val isCopied = copy(if (status >= 400) connection.errorStream else connection.inputStream, body)
            // The JDK ends a body that breaks off as if it were whole; Android throws.
            val isWhole = isCopied && (request.method == "HEAD" || body.size() >= connection.contentLengthLong)
            val headers = connection.headerFields.orEmpty().flatMap { (name: String?, values) ->
                if (name == null) emptyList() else values.map { HttpHeader(name, it) }
            }
            return HttpAnswer(status.toUShort(), headers, body.toByteArray(), isWhole)
        } finally {
            connection.disconnect()
        }
    }

    private fun open(request: HttpCall): HttpURLConnection {
        val connection = URL(request.url).openConnection() as? HttpURLConnection ?: throw IOException("no HTTP address")
        connection.requestMethod = request.method
        connection.connectTimeout = CONNECT_TIMEOUT_MS
        connection.readTimeout = READ_TIMEOUT_MS
        connection.instanceFollowRedirects = false // a portal of the network is no answer of the server
        connection.useCaches = false
        connection.doOutput = request.body.isNotEmpty()
        // Android would ask for gzip and decode it by itself.
        connection.setRequestProperty("accept-encoding", "identity")
        for (header in request.headers) connection.setRequestProperty(header.name, header.value)
        return connection
    }

    /** Copies until the end; false when it broke before: what came is still of use. */
    private fun copy(from: InputStream?, to: ByteArrayOutputStream): Boolean {
        val chunk = ByteArray(CHUNK_BYTES)
        return try {
            from?.use {
                while (true) {
                    val count = it.read(chunk)
                    if (count < 0) break
                    to.write(chunk, 0, count)
                    if (to.size() > ANSWER_LIMIT_BYTES) return false
                }
            }
            true
        } catch (_: IOException) {
            false
        }
    }
}

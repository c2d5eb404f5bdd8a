package countersign.platform

import java.io.File
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject

/** The real server with a sample company whose plan for today is approved, as a program of its own on a free port. */
class Office(data: File) : AutoCloseable {
    private val process = ProcessBuilder(File(System.getProperty("countersign.programs"), "countersign-demo").path, "office", "--data", data.path)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val said = checkNotNull(process.inputReader().readLine()) { "the office did not open" }
        .let { Json.parseToJsonElement(it).jsonObject }

    val url = said.text("url")
    /** The one-time code for the rep's phone. */
    val code = said.text("rep")

    /** It ends when its input does. */
    override fun close() {
        process.outputStream.close()
        check(process.waitFor() == 0) { "the office ended with a failure" }
    }
}

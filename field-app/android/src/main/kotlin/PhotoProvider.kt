package countersign.app

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException
import java.util.UUID

/**
 * Lets the camera app write one file of ours, and the page read it; lets the app that the rep chose read one copy of a paper. Nothing
 * else is here, and nobody else may ask.
 */
class PhotoProvider : ContentProvider() {
    override fun onCreate() = true

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        if (isCopy(uri) && mode != "r") throw FileNotFoundException("a copy is read only")
        return ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.parseMode(mode))
    }

    override fun getType(uri: Uri) = if (isCopy(uri)) COPY_TYPE else MEDIA_TYPE

    override fun query(uri: Uri, columns: Array<String>?, where: String?, values: Array<String>?, order: String?): Cursor {
        val file = file(uri)
        return MatrixCursor(arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)).apply { addRow(arrayOf<Any>(uri.getQueryParameter(NAME) ?: file.name, file.length())) }
    }

    override fun insert(uri: Uri, values: ContentValues?) = null

    override fun delete(uri: Uri, where: String?, values: Array<String>?) = 0

    override fun update(uri: Uri, values: ContentValues?, where: String?, arguments: Array<String>?) = 0

    private fun file(uri: Uri): File {
        val name = uri.lastPathSegment.orEmpty()
        if (isCopy(uri)) return File(copies(checkNotNull(context)), name)
        if (!isPhotoName(name)) throw FileNotFoundException("no photo of this app")
        return File(folder(checkNotNull(context)), name)
    }

    private fun isCopy(uri: Uri) = uri.pathSegments.firstOrNull() == COPIES && isCopyName(uri.lastPathSegment.orEmpty())

    companion object {
        const val MEDIA_TYPE = "image/jpeg"
        const val COPY_TYPE = "application/pdf"
        private const val DAY_MS = 24L * 60 * 60 * 1_000
        private const val KEPT_MS = 7 * DAY_MS
        private const val AUTHORITY = "countersign.app.photos"
        private const val COPIES = "copies"
        private const val NAME = "name"

        private fun copies(context: Context) = File(context.noBackupFilesDir, COPIES).apply { mkdirs() }

        /** Writes a copy where another app may read it for a day, and says under which address. */
        fun share(context: Context, entry: String, name: String, bytes: ByteArray): Uri {
            val file = File(copies(context), copyName(entry)).apply { writeBytes(bytes) }
            return Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(COPIES).appendPath(file.name).appendQueryParameter(NAME, name).build()
        }

        private fun folder(context: Context) = File(context.noBackupFilesDir, "photos").apply { mkdirs() }

        fun newFile(context: Context) = File(folder(context), photoName(UUID.randomUUID()))

        /**
         * Deletes what the camera left a week ago. The page stores what it takes in the core at once, so this is a copy of it, or a
         * photo of an app that was killed while the camera was open. Copies of papers go after a day: the core draws them anew.
         */
        fun sweep(context: Context) {
            val now = System.currentTimeMillis()
            for ((folder, keptMs) in listOf(folder(context) to KEPT_MS, copies(context) to DAY_MS)) {
                folder.listFiles().orEmpty().filter { it.lastModified() < now - keptMs }.forEach(File::delete)
            }
        }

        fun uri(file: File): Uri = Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(file.name).build()
    }
}

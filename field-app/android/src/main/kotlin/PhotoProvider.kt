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

/** Lets the camera app write one file of ours, and the page read it. Nothing else is here, and nobody else may ask. */
class PhotoProvider : ContentProvider() {
    override fun onCreate() = true

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor = ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.parseMode(mode))

    override fun getType(uri: Uri) = MEDIA_TYPE

    override fun query(uri: Uri, columns: Array<String>?, where: String?, values: Array<String>?, order: String?): Cursor {
        val file = file(uri)
        return MatrixCursor(arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)).apply { addRow(arrayOf<Any>(file.name, file.length())) }
    }

    override fun insert(uri: Uri, values: ContentValues?) = null

    override fun delete(uri: Uri, where: String?, values: Array<String>?) = 0

    override fun update(uri: Uri, values: ContentValues?, where: String?, arguments: Array<String>?) = 0

    private fun file(uri: Uri): File {
        val name = uri.lastPathSegment.orEmpty()
        if (!isPhotoName(name)) throw FileNotFoundException("no photo of this app")
        return File(folder(checkNotNull(context)), name)
    }

    companion object {
        const val MEDIA_TYPE = "image/jpeg"
        private const val KEPT_MS = 7L * 24 * 60 * 60 * 1_000
        private const val AUTHORITY = "countersign.app.photos"

        private fun folder(context: Context) = File(context.noBackupFilesDir, "photos").apply { mkdirs() }

        fun newFile(context: Context) = File(folder(context), photoName(UUID.randomUUID()))

        /**
         * Deletes what the camera left a week ago. The page stores what it takes in the core at once, so this is a copy of it, or a
         * photo of an app that was killed while the camera was open.
         */
        fun sweep(context: Context) {
            val before = System.currentTimeMillis() - KEPT_MS
            folder(context).listFiles().orEmpty().filter { it.lastModified() < before }.forEach(File::delete)
        }

        fun uri(file: File): Uri = Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(file.name).build()
    }
}

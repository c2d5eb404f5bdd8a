package countersign.app

import android.app.Activity.RESULT_OK
import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.provider.MediaStore
import android.webkit.PermissionRequest
import android.webkit.ValueCallback
import android.webkit.WebChromeClient
import android.webkit.WebView
import countersign.mobile.Camera
import countersign.mobile.MissingPhoto
import countersign.mobile.Photo
import countersign.mobile.PhotoReply
import java.io.File

/** Photos by the phone's own camera app, written into a file of ours. Needs no permission. */
class PhoneCamera(private val context: Context, private val screen: ScreenServices) : Camera {
    override fun capture(reply: PhotoReply) {
        val file = PhotoProvider.newFile(context)
        screen.forResult(captureIntent(PhotoProvider.uri(file))) { result, _ ->
            reply.use {
                if (result == RESULT_OK && file.length() > 0) {
                    it.done(Photo(file.path, PhotoProvider.MEDIA_TYPE))
                } else {
                    file.delete()
                    it.missing(MissingPhoto.CANCELLED)
                }
            }
        }
    }
}

private fun captureIntent(target: Uri): Intent = Intent(MediaStore.ACTION_IMAGE_CAPTURE).apply {
    putExtra(MediaStore.EXTRA_OUTPUT, target)
    clipData = ClipData.newRawUri("", target)
    addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION)
}

/** The page's file inputs: the camera when it asks for a photo, otherwise the system's chooser. */
class FileChooser(private val screen: ScreenServices) : WebChromeClient() {
    override fun onShowFileChooser(view: WebView, answer: ValueCallback<Array<Uri>>, how: FileChooserParams): Boolean {
        if (how.isCaptureEnabled && how.acceptTypes.any { it.startsWith("image/") }) shoot(view.context, answer) else choose(answer, how)
        return true
    }

    private fun shoot(context: Context, answer: ValueCallback<Array<Uri>>) {
        val file = PhotoProvider.newFile(context)
        screen.forResult(captureIntent(PhotoProvider.uri(file))) { result, _ ->
            answer.onReceiveValue(if (result == RESULT_OK && file.length() > 0) arrayOf(PhotoProvider.uri(file)) else null)
        }
    }

    private fun choose(answer: ValueCallback<Array<Uri>>, how: FileChooserParams) =
        screen.forResult(how.createIntent()) { result, data -> answer.onReceiveValue(FileChooserParams.parseResult(result, data)) }

    /** The page has no camera, microphone or protected media of its own. */
    override fun onPermissionRequest(request: PermissionRequest) = request.deny()
}

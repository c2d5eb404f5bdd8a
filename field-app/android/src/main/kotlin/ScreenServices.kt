package countersign.app

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.Intent
import android.net.Uri
import android.os.Handler
import android.os.Looper
import java.lang.ref.WeakReference

/** What needs the window: permissions, other apps' screens, flags. Everything here runs on the main thread. */
class ScreenServices {
    private val main = Handler(Looper.getMainLooper())
    private var activity = WeakReference<Activity>(null)
    private val permissions = HashMap<Int, (Boolean) -> Unit>()
    private val results = HashMap<Int, (Int, Intent?) -> Unit>()
    private var lastRequest = 0

    fun attach(activity: Activity) {
        this.activity = WeakReference(activity)
    }

    /** Whoever still waits for an answer of this window gets none. */
    fun detach(activity: Activity) {
        if (this.activity.get() !== activity) return
        this.activity.clear()
        permissions.values.toList().also { permissions.clear() }.forEach { it(false) }
        results.values.toList().also { results.clear() }.forEach { it(Activity.RESULT_CANCELED, null) }
    }

    /** Runs `work` with the window, or `absent` when there is none. */
    fun withWindow(absent: () -> Unit, work: (Activity) -> Unit) {
        main.post {
            val window = activity.get()
            if (window == null || window.isFinishing) absent() else work(window)
        }
    }

    /** Asks for a permission; false also when nobody can be asked. */
    fun permission(names: Array<String>, answer: (Boolean) -> Unit) = withWindow({ answer(false) }) { window ->
        val request = next()
        permissions[request] = answer
        window.requestPermissions(names, request)
    }

    fun permitted(request: Int, isGranted: Boolean) {
        permissions.remove(request)?.invoke(isGranted)
    }

    /** Opens another app's screen for a result; RESULT_CANCELED also when there is no such app. */
    fun forResult(intent: Intent, answer: (Int, Intent?) -> Unit) = withWindow({ answer(Activity.RESULT_CANCELED, null) }) { window ->
        val request = next()
        results[request] = answer
        try {
            window.startActivityForResult(intent, request)
        } catch (_: ActivityNotFoundException) {
            finished(request, Activity.RESULT_CANCELED, null)
        }
    }

    fun finished(request: Int, result: Int, data: Intent?) {
        results.remove(request)?.invoke(result, data)
    }

    /** Offers a copy of a paper to the apps that show, print or send it. */
    fun handOver(copy: Uri, name: String) = withWindow({}) { window ->
        val view = Intent(Intent.ACTION_VIEW).setDataAndType(copy, PhotoProvider.COPY_TYPE).addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        val send = Intent(Intent.ACTION_SEND).setType(PhotoProvider.COPY_TYPE).putExtra(Intent.EXTRA_STREAM, copy).addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        send.clipData = ClipData.newRawUri(name, copy)
        window.startActivity(Intent.createChooser(send, null).putExtra(Intent.EXTRA_INITIAL_INTENTS, arrayOf(view)))
    }

    /** The page's links to telephone and map, and no other way out of it. */
    fun leave(url: Uri) {
        val action = outwardAction(url.scheme) ?: return
        withWindow({}) { window ->
            try {
                window.startActivity(Intent(action, url))
            } catch (_: ActivityNotFoundException) {
                // a tablet, or no map app: number and address stay on the screen
            }
        }
    }

    private fun next(): Int {
        lastRequest = (lastRequest + 1) and 0xFFFF
        return lastRequest
    }
}

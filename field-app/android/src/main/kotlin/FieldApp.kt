package countersign.app

import android.app.Application
import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.os.Build
import android.webkit.WebView
import countersign.mobile.CancelToken
import countersign.mobile.MobileException
import countersign.mobile.Observer
import countersign.mobile.PaperCopy
import countersign.mobile.Platform
import countersign.mobile.Replica
import countersign.mobile.refusal
import countersign.platform.UrlHttpClient
import java.io.File
import java.util.concurrent.CopyOnWriteArraySet
import java.util.concurrent.Executors

/**
 * The process: one replica, shared by the page and the background job.
 *
 * Framework classes only, no androidx and no Google service, so that it runs on phones without them.
 */
class FieldApp : Application() {
    /** Calls into the core leave the main thread; the core itself keeps writes in order. */
    val background = Executors.newCachedThreadPool()
    /** Services that need the screen; they answer "unavailable" while there is none. */
    val screen = ScreenServices()
    private val listeners = CopyOnWriteArraySet<(String) -> Unit>()
    private val opened: Result<Replica> by lazy { runCatching(::open) }

    override fun onCreate() {
        super.onCreate()
        if (applicationInfo.flags and android.content.pm.ApplicationInfo.FLAG_DEBUGGABLE == 0) WebView.setWebContentsDebuggingEnabled(false)
        background.execute { opened }
        background.execute { PhotoProvider.sweep(this) }
        val connectivity = getSystemService(ConnectivityManager::class.java)
        connectivity.registerDefaultNetworkCallback(object : ConnectivityManager.NetworkCallback() {
            override fun onAvailable(network: Network) = background.execute { CancelToken().use { token -> trySync(token) } }
        })
    }

    /** One request of the page, answered always: what kept the replica from opening is an answer too. */
    fun answer(request: String): String = opened.fold({ it.dispatch(request) }, { refusal(request, mobile(it)) })

    /** The signed paper of an entry as a PDF; null when there is none, and while the app is locked. */
    fun paperCopy(entry: String): PaperCopy? = try {
        opened.getOrNull()?.paperCopy(entry)
    } catch (_: MobileException) {
        null // the page asked the core before, and has its reason
    }

    /** Nobody looks at the window any more: the time until the app locks itself begins. */
    fun left() = background.execute { opened.getOrNull()?.left() }

    /** Somebody does again; observers hear when it was too late. */
    fun returned() = background.execute { opened.getOrNull()?.returned() }

    /** Everything was sent, or there was nothing to send with. A phone whose key waits for the PIN asks again after it. */
    fun trySync(token: CancelToken): Boolean = try {
        val replica = opened.getOrNull()
        replica == null || !replica.device().isEnrolled || replica.sync(token).isComplete
    } catch (_: MobileException.SignIn) {
        true
    } catch (_: MobileException) {
        false // another sync is running, or the server refuses: the page says which
    }

    /** Calls `listener` with every change event until it is removed. */
    fun listen(listener: (String) -> Unit) = listeners.add(listener)

    fun unlisten(listener: (String) -> Unit) = listeners.remove(listener)

    private fun open(): Replica {
        val folder = File(noBackupFilesDir, "replica").apply { mkdirs() }
        val platform = Platform(
            clock = PhoneClock(this),
            locator = PhoneLocator(this, screen),
            http = UrlHttpClient(background),
            signer = KeystoreSigner.open(folder),
            vault = KeystoreVault(),
            camera = PhoneCamera(this, screen),
            biometric = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) OwnerPrompt(screen) else null,
            screen = WindowScreen(screen),
            scheduler = JobSync(this),
        )
        return Replica.open(folder.path, platform).also {
            it.observe(object : Observer {
                override fun changed(kinds: List<String>) {
                    val event = changedEvent(kinds)
                    for (listener in listeners) listener(event)
                }
            })
        }
    }

    private fun mobile(error: Throwable): MobileException = error as? MobileException ?: MobileException.Support("device-service")

    companion object {
        fun of(context: Context): FieldApp = context.applicationContext as FieldApp
    }
}

package countersign.app

import android.annotation.SuppressLint
import android.app.Activity
import android.content.Intent
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.graphics.Color
import android.net.Uri
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.view.ViewGroup
import android.view.WindowManager
import android.webkit.RenderProcessGoneDetail
import android.webkit.WebMessage
import android.webkit.WebMessagePort
import android.webkit.WebResourceRequest
import android.webkit.WebResourceResponse
import android.webkit.WebSettings
import android.webkit.WebView
import android.webkit.WebViewClient
import java.io.IOException

/** The one window: a web view with the page of the package, and one message port to the core. */
class MainActivity : Activity() {
    private val main = Handler(Looper.getMainLooper())
    private val app get() = FieldApp.of(this)
    private var port: WebMessagePort? = null
    private var web: WebView? = null
    private val tell: (String) -> Unit = { event -> main.post { port?.postMessage(WebMessage(event)) } }

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        window.addFlags(WindowManager.LayoutParams.FLAG_SECURE)
        app.screen.attach(this)
        app.listen(tell)
        show()
    }

    private fun show() {
        val view = WebView(this)
        view.setBackgroundColor(Color.TRANSPARENT)
        restrict(view.settings)
        view.webViewClient = OnlyOurPages()
        view.webChromeClient = FileChooser(app.screen)
        view.setDownloadListener { url, _, _, _, _ -> handOver(Uri.parse(url)) }
        setContentView(view, ViewGroup.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.MATCH_PARENT))
        view.loadUrl("$ORIGIN/index.html")
        web = view
    }

    /** The page offers a copy for download: another app shows, prints or sends it. */
    private fun handOver(url: Uri) {
        val entry = copiedEntry(url.scheme, url.authority, url.path) ?: return
        app.background.execute {
            val copy = app.paperCopy(entry) ?: return@execute
            app.screen.handOver(PhotoProvider.share(this, entry, copy.fileName, copy.bytes), copy.fileName)
        }
    }

    @SuppressLint("SetJavaScriptEnabled")
    private fun restrict(settings: WebSettings) {
        settings.javaScriptEnabled = true // the page is the app; it comes from the package only
        settings.domStorageEnabled = true
        settings.allowFileAccess = false
        settings.allowContentAccess = false
        settings.mixedContentMode = WebSettings.MIXED_CONTENT_NEVER_ALLOW
        settings.setGeolocationEnabled(false)
        settings.setSupportMultipleWindows(false)
        settings.javaScriptCanOpenWindowsAutomatically = false
    }

    /** Every request is answered from the package or refused; nothing reaches a network. */
    private inner class OnlyOurPages : WebViewClient() {
        private var isConnected = false

        override fun shouldInterceptRequest(view: WebView, request: WebResourceRequest): WebResourceResponse {
            val url = request.url
            copiedEntry(url.scheme, url.authority, url.path)?.let { entry ->
                val copy = app.paperCopy(entry) ?: return refused()
                return WebResourceResponse("application/pdf", null, 200, "OK", copyHeaders(copy.disposition), copy.bytes.inputStream())
            }
            val page = page(url.scheme, url.authority, url.path) ?: return refused()
            return try {
                WebResourceResponse(page.mediaType, "utf-8", 200, "OK", HEADERS, assets.open(page.asset))
            } catch (_: IOException) {
                refused()
            }
        }

        private fun refused() = WebResourceResponse("text/plain", "utf-8", 403, "Forbidden", HEADERS, "".byteInputStream())

        override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean {
            val url = request.url
            if (page(url.scheme, url.authority, url.path) != null) return false
            if (request.isForMainFrame && request.hasGesture()) app.screen.leave(url)
            return true
        }

        override fun onPageStarted(view: WebView, url: String, icon: Bitmap?) {
            isConnected = false
        }

        /** Called once more for every change of the fragment, which is how the page moves between its screens. */
        override fun onPageFinished(view: WebView, url: String) {
            if (isConnected) return
            isConnected = true
            connect(view)
        }

        /** Hands over one end of a channel, bound to our origin. An added JavaScript interface would serve every frame. */
        private fun connect(view: WebView) {
            val (ours, theirs) = view.createWebMessageChannel()
            ours.setWebMessageCallback(object : WebMessagePort.WebMessageCallback() {
                override fun onMessage(port: WebMessagePort, message: WebMessage) = app.background.execute {
                    val reply = app.answer(message.data.orEmpty())
                    main.post { if (ours === this@MainActivity.port) ours.postMessage(WebMessage(reply)) } // a page that is gone gets none
                }
            })
            this@MainActivity.port?.close()
            this@MainActivity.port = ours
            view.postWebMessage(WebMessage("core", arrayOf(theirs)), Uri.parse(ORIGIN))
        }

        /** The page keeps nothing that the core has not: a new one reads it again. */
        override fun onRenderProcessGone(view: WebView, detail: RenderProcessGoneDetail): Boolean {
            port = null
            (view.parent as? ViewGroup)?.removeView(view)
            view.destroy()
            show()
            return true
        }
    }

    override fun onRequestPermissionsResult(request: Int, permissions: Array<String>, granted: IntArray) {
        super.onRequestPermissionsResult(request, permissions, granted)
        app.screen.permitted(request, granted.any { it == PackageManager.PERMISSION_GRANTED })
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        app.screen.finished(request, result, data)
    }

    override fun onStart() {
        super.onStart()
        app.returned()
    }

    override fun onStop() {
        app.left()
        super.onStop()
    }

    override fun onDestroy() {
        app.unlisten(tell)
        app.screen.detach(this)
        port?.close()
        web?.destroy()
        super.onDestroy()
    }
}

package countersign.app

import android.view.WindowManager.LayoutParams.FLAG_SECURE
import countersign.mobile.Protection
import countersign.mobile.SecureScreen

/** No screenshot, no recording, nothing in the list of recent apps, until the page says otherwise. */
class WindowScreen(private val screen: ScreenServices) : SecureScreen {
    override fun protect(protection: Protection) = screen.withWindow({}) { activity ->
        when (protection) {
            Protection.SECURE -> activity.window.addFlags(FLAG_SECURE)
            Protection.OPEN -> activity.window.clearFlags(FLAG_SECURE)
        }
    }
}

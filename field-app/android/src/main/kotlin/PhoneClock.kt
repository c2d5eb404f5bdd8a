package countersign.app

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import countersign.mobile.Clock
import countersign.mobile.ClockReading

/** Wall time, time since the boot with sleep, and the boot's number. */
class PhoneClock(private val context: Context) : Clock {
    override fun read() = ClockReading(
        wall = System.currentTimeMillis(),
        monotonicMs = SystemClock.elapsedRealtime().toULong(),
        boot = Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, 0).toString(),
    )
}

package countersign.app

import android.Manifest.permission.ACCESS_COARSE_LOCATION
import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.CancellationSignal
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import countersign.mobile.Crs
import countersign.mobile.FixReply
import countersign.mobile.FixSource
import countersign.mobile.Locator
import countersign.mobile.MissingFix
import countersign.mobile.RawFix
import java.util.concurrent.atomic.AtomicBoolean

/** Positions of the phone's own receivers, without Google services. A mocked one is said to be, and is not refused. */
class PhoneLocator(private val context: Context, private val screen: ScreenServices) : Locator {
    private val manager = context.getSystemService(LocationManager::class.java)
    private val main = Handler(Looper.getMainLooper())

    override fun request(timeoutMs: UInt, reply: FixReply) {
        val answer = Answer(reply)
        if (isAllowed(ACCESS_FINE_LOCATION) || isAllowed(ACCESS_COARSE_LOCATION)) return look(timeoutMs, answer)
        screen.permission(arrayOf(ACCESS_FINE_LOCATION, ACCESS_COARSE_LOCATION)) { isGranted ->
            if (isGranted) look(timeoutMs, answer) else answer.missing(MissingFix.DENIED)
        }
    }

    private fun isAllowed(permission: String) = context.checkSelfPermission(permission) == PERMISSION_GRANTED

    private fun look(timeoutMs: UInt, answer: Answer) {
        val provider = provider() ?: return answer.missing(MissingFix.UNAVAILABLE)
        val stop = CancellationSignal()
        main.postDelayed({ stop.cancel(); answer.missing(MissingFix.TIMED_OUT) }, timeoutMs.toLong())
        try {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                manager.getCurrentLocation(provider, stop, { main.post(it) }) { found ->
                    if (found == null) answer.missing(MissingFix.TIMED_OUT) else answer.done(found)
                }
            } else {
                single(provider, stop, answer)
            }
        } catch (_: SecurityException) {
            answer.missing(MissingFix.DENIED)
        }
    }

    private fun provider(): String? {
        val wanted = if (isAllowed(ACCESS_FINE_LOCATION)) listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER) else listOf(LocationManager.NETWORK_PROVIDER)
        return wanted.firstOrNull(manager::isProviderEnabled)
    }

    @Suppress("DEPRECATION") // until API 30, which has another
    private fun single(provider: String, stop: CancellationSignal, answer: Answer) {
        val listener = object : LocationListener {
            override fun onLocationChanged(location: Location) = answer.done(location)
            override fun onProviderEnabled(provider: String) = Unit
            override fun onProviderDisabled(provider: String) = answer.missing(MissingFix.UNAVAILABLE)
            @Deprecated("called below API 29 only") override fun onStatusChanged(provider: String, status: Int, extras: Bundle?) = Unit
        }
        stop.setOnCancelListener { manager.removeUpdates(listener) }
        manager.requestSingleUpdate(provider, listener, Looper.getMainLooper())
    }

    /** Answers once, however many of the ways above end. */
    private class Answer(private val reply: FixReply) {
        private val isGiven = AtomicBoolean()

        fun missing(why: MissingFix) {
            if (isGiven.compareAndSet(false, true)) reply.use { it.missing(why) }
        }

        fun done(location: Location) {
            if (isGiven.compareAndSet(false, true)) reply.use { it.done(fix(location)) }
        }

        @Suppress("DEPRECATION")
        private fun fix(location: Location): RawFix {
            val isMocked = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) location.isMock else location.isFromMockProvider
            val ageMs = (SystemClock.elapsedRealtimeNanos() - location.elapsedRealtimeNanos) / 1_000_000
            return RawFix(
                latE7 = degreesE7(location.latitude),
                lonE7 = degreesE7(location.longitude),
                crs = Crs.WGS84,
                accuracyMm = millimetres(if (location.hasAccuracy()) location.accuracy else Float.MAX_VALUE),
                ageMs = ageMs.coerceIn(0, UInt.MAX_VALUE.toLong()).toUInt(),
                provider = location.provider.orEmpty(),
                source = if (isMocked) FixSource.MOCKED else FixSource.MEASURED,
            )
        }
    }
}

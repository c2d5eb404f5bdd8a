package countersign.app

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import countersign.mobile.CancelToken
import countersign.mobile.SyncScheduler

/** Sends what waits once there is a network, also when the app is closed. Without Google services. */
class SyncJob : JobService() {
    private var token: CancelToken? = null

    override fun onStartJob(job: JobParameters): Boolean {
        val token = CancelToken().also { this.token = it }
        val app = FieldApp.of(this)
        app.background.execute { jobFinished(job, !app.trySync(token)) }
        return true
    }

    /** The system takes the time back; what was not sent waits for the next run. */
    override fun onStopJob(job: JobParameters): Boolean {
        token?.cancel()
        return true
    }
}

/** Asks for one [SyncJob]. Asking again before it ran changes nothing. */
class JobSync(private val context: Context) : SyncScheduler {
    override fun request() {
        val scheduler = context.getSystemService(JobScheduler::class.java)
        if (scheduler.getPendingJob(JOB) != null) return
        val job = JobInfo.Builder(JOB, ComponentName(context, SyncJob::class.java))
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setPersisted(true)
            .build()
        scheduler.schedule(job)
    }

    private companion object {
        const val JOB = 1
    }
}

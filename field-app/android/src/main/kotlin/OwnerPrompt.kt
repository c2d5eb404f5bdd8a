package countersign.app

import android.annotation.TargetApi
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import countersign.mobile.Biometric
import countersign.mobile.ConfirmPrompt
import countersign.mobile.ConfirmReply
import countersign.mobile.Confirmation
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import java.util.concurrent.atomic.AtomicBoolean
import javax.crypto.KeyGenerator
import javax.crypto.Mac
import javax.crypto.SecretKey

/** Confirms by use of a key that only the owner's finger or face unlocks; a bare callback could be called by anybody. */
@TargetApi(Build.VERSION_CODES.P)
class OwnerPrompt(private val screen: ScreenServices) : Biometric {
    override fun confirm(prompt: ConfirmPrompt, reply: ConfirmReply) = ask(prompt, Once(reply))

    private fun ask(prompt: ConfirmPrompt, reply: Once) = screen.withWindow({ reply.answer(Confirmation.UNAVAILABLE) }) { window ->
        val mac = unlockable() ?: return@withWindow reply.answer(Confirmation.UNAVAILABLE)
        val stop = CancellationSignal()
        BiometricPrompt.Builder(window)
            .setTitle(prompt.title)
            .setNegativeButton(prompt.cancel, window.mainExecutor) { _, _ -> reply.answer(Confirmation.CANCELLED) }
            .build()
            .authenticate(BiometricPrompt.CryptoObject(mac), stop, window.mainExecutor, Ended(reply))
    }

    private class Ended(private val reply: Once) : BiometricPrompt.AuthenticationCallback() {
        override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = reply.answer(
            try {
                checkNotNull(result.cryptoObject?.mac).doFinal(ALIAS.toByteArray())
                Confirmation.CONFIRMED
            } catch (_: IllegalStateException) {
                Confirmation.UNAVAILABLE
            },
        )

        override fun onAuthenticationError(code: Int, words: CharSequence) = reply.answer(
            when (code) {
                BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT, BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT_PERMANENT -> Confirmation.LOCKED_OUT
                BiometricPrompt.BIOMETRIC_ERROR_USER_CANCELED, BiometricPrompt.BIOMETRIC_ERROR_CANCELED -> Confirmation.CANCELLED
                else -> Confirmation.UNAVAILABLE
            },
        )
    }

    /** A MAC whose key wants the owner; null when no finger or face is set up. A new finger makes the key unusable: it is made anew. */
    private fun unlockable(): Mac? = try {
        Mac.getInstance(HMAC).apply {
            try {
                init(key())
            } catch (_: KeyPermanentlyInvalidatedException) {
                store().deleteEntry(ALIAS)
                init(key())
            }
        }
    } catch (_: GeneralSecurityException) {
        null
    } catch (_: ProviderException) {
        null
    }

    private fun key(): SecretKey = store().getKey(ALIAS, null) as? SecretKey ?: KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_HMAC_SHA256, "AndroidKeyStore").run {
        init(KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_SIGN).setUserAuthenticationRequired(true).setInvalidatedByBiometricEnrollment(true).build())
        generateKey()
    }

    private fun store(): KeyStore = KeyStore.getInstance("AndroidKeyStore").apply { load(null) }

    private companion object {
        const val ALIAS = "countersign.owner"
        const val HMAC = "HmacSHA256"
    }
}

/** The prompt may say the same end twice. */
private class Once(private val reply: ConfirmReply) {
    private val isGiven = AtomicBoolean()

    fun answer(confirmation: Confirmation) {
        if (isGiven.compareAndSet(false, true)) reply.use { it.done(confirmation) }
    }
}

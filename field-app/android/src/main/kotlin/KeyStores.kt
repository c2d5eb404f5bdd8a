package countersign.app

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import countersign.mobile.DeviceSigner
import countersign.mobile.KeyVault
import countersign.mobile.MobileException
import countersign.platform.EcdsaSigner
import java.io.File
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val GCM = "AES/GCM/NoPadding"
private const val TAG_BITS = 128

private fun keystore(): KeyStore = KeyStore.getInstance(STORE).apply { load(null) }

/** Tries the chip of its own first (StrongBox, API 28) and takes the phone's ordinary key store where there is none. */
private fun <T> strongest(generate: (isStrongBox: Boolean) -> T): T {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
        try {
            return generate(true)
        } catch (_: StrongBoxUnavailableException) {
            // most phones
        } catch (_: ProviderException) {
            // a StrongBox that is there and does not work
        }
    }
    return generate(false)
}

private fun KeyGenParameterSpec.Builder.strongBox(isStrongBox: Boolean): KeyGenParameterSpec.Builder =
    if (isStrongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) setIsStrongBoxBacked(true) else this

/** The device key: P-256, made in the Android Keystore and never readable. */
object KeystoreSigner {
    private const val ALIAS = "countersign.device"
    /** Written by the core when a phone had no working key store at its first start. */
    private const val SOFTWARE_KEY = "device.key.wrapped"

    /** Null when this phone began with a software key, or cannot make another. A phone never changes its key by itself. */
    fun open(folder: File): DeviceSigner? {
        if (File(folder, SOFTWARE_KEY).exists()) return null
        return try {
            val store = keystore()
            if (!store.containsAlias(ALIAS)) strongest(::generate)
            EcdsaSigner(store.getKey(ALIAS, null) as PrivateKey, store.getCertificate(ALIAS).publicKey as ECPublicKey)
        } catch (_: GeneralSecurityException) {
            null
        } catch (_: ProviderException) {
            null
        }
    }

    private fun generate(isStrongBox: Boolean) {
        val spec = KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_SIGN)
            .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
            .setDigests(KeyProperties.DIGEST_SHA256)
            .strongBox(isStrongBox)
            .build()
        KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, STORE).apply { initialize(spec) }.generateKeyPair()
    }
}

/** Wraps secrets of the core with an AES-256-GCM key that never leaves the Android Keystore. */
class KeystoreVault(private val alias: String = "countersign.vault") : KeyVault {
    override fun wrap(plain: ByteArray): ByteArray = guarded {
        val cipher = Cipher.getInstance(GCM).apply { init(Cipher.ENCRYPT_MODE, key()) }
        sealed(cipher.iv, cipher.doFinal(plain))
    }

    override fun unwrap(wrapped: ByteArray): ByteArray = guarded {
        val (iv, sealed) = opened(wrapped)
        val key = keystore().getKey(alias, null) as? SecretKey ?: throw MobileException.Support("key-store-emptied")
        Cipher.getInstance(GCM).apply { init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, iv)) }.doFinal(sealed)
    }

    private fun key(): SecretKey = keystore().getKey(alias, null) as? SecretKey ?: strongest { isStrongBox ->
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .strongBox(isStrongBox)
            .build()
        KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(spec) }.generateKey()
    }

    private inline fun <T> guarded(work: () -> T): T = try {
        work()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw MobileException.Support("key-store-emptied")
    } catch (_: GeneralSecurityException) {
        throw MobileException.Support("key-store-closed")
    } catch (_: ProviderException) {
        throw MobileException.Support("key-store-closed")
    } catch (_: IOException) {
        throw MobileException.Support("key-store-closed")
    }
}

package countersign.platform

import countersign.mobile.DeviceSigner
import countersign.mobile.MobileException
import java.math.BigInteger
import java.security.GeneralSecurityException
import java.security.PrivateKey
import java.security.Signature
import java.security.interfaces.ECPublicKey

/**
 * Signs with a P-256 key of any provider of the Java Cryptography Architecture: the Android Keystore on a phone, the JDK's own
 * in tests. The key itself is never read.
 */
class EcdsaSigner(private val secret: PrivateKey, private val public: ECPublicKey) : DeviceSigner {
    override fun publicKey(): ByteArray = point(public)

    override fun sign(bytes: ByteArray): ByteArray = try {
        rawLowS(Signature.getInstance("SHA256withECDSA").run { initSign(secret); update(bytes); sign() })
    } catch (e: GeneralSecurityException) {
        throw MobileException.Support("device-key-unusable").initCause(e)
    }
}

/** The order of P-256 (SEC 2, 2.4.2). */
private val ORDER = BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
private val HALF = ORDER.shiftRight(1)
private const val FIELD_BYTES = 32

/** SEC 1 uncompressed point (2.3.3): 65 bytes. */
fun point(key: ECPublicKey): ByteArray =
    byteArrayOf(4) + fixed(key.w.affineX) + fixed(key.w.affineY)

/**
 * ECDSA-Sig-Value (RFC 3279, 2.2.3) as raw r‖s with the lower of the two s, 64 bytes. The core refuses the other s, which every
 * key store gives half of the time.
 */
fun rawLowS(der: ByteArray): ByteArray {
    val reader = Der(der)
    reader.open(SEQUENCE)
    val r = BigInteger(reader.open(INTEGER))
    val s = BigInteger(reader.open(INTEGER))
    return fixed(r) + fixed(if (s > HALF) ORDER - s else s)
}

private const val SEQUENCE = 0x30
private const val INTEGER = 0x02

/** Reads the two levels that a signature has; a P-256 signature is shorter than 128 bytes, so every length is one byte. */
private class Der(private val bytes: ByteArray) {
    private var at = 0

    /** The content of the element that begins here; for a sequence, reading goes on inside it. */
    fun open(tag: Int): ByteArray {
        require(at + 2 <= bytes.size && bytes[at].toInt() == tag) { "no ECDSA signature" }
        val length = bytes[at + 1].toInt()
        val start = at + 2
        require(length > 0 && start + length <= bytes.size) { "an ECDSA signature of another length" }
        at = if (tag == SEQUENCE) start else start + length
        return bytes.copyOfRange(start, start + length)
    }
}

private fun fixed(number: BigInteger): ByteArray {
    val bytes = number.toByteArray().dropWhile { it == 0.toByte() }.toByteArray()
    require(number.signum() > 0 && bytes.size <= FIELD_BYTES) { "not a number of P-256" }
    return ByteArray(FIELD_BYTES - bytes.size) + bytes
}

package countersign.platform

import java.math.BigInteger
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private val ORDER = BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)

class EcdsaTest {
    private val keys = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()

    @Test fun everySignatureVerifiesAndHasTheLowS() {
        val signer = EcdsaSigner(keys.private, keys.public as ECPublicKey)
        for (number in 0 until 64) {
            val bytes = "entry $number".toByteArray()
            val raw = signer.sign(bytes)
            assertEquals(64, raw.size)
            val verifier = Signature.getInstance("SHA256withECDSAinP1363Format").apply { initVerify(keys.public); update(bytes) }
            assertTrue(verifier.verify(raw))
            val s = BigInteger(1, raw.copyOfRange(32, 64))
            assertTrue(s <= ORDER.shiftRight(1), "s of signature $number is the high one")
        }
    }

    @Test fun aHighSIsTurnedIntoItsTwin() {
        fun der(s: BigInteger): ByteArray {
            val number = s.toByteArray()
            return byteArrayOf(0x30, (5 + number.size).toByte(), 2, 1, 7, 2, number.size.toByte()) + number
        }
        assertArrayEquals(rawLowS(der(BigInteger.TWO)), rawLowS(der(ORDER - BigInteger.TWO)))
    }

    @Test fun shortNumbersKeepTheirPlace() {
        val raw = rawLowS(byteArrayOf(0x30, 6, 2, 1, 7, 2, 1, 9))
        assertEquals(listOf(7, 9), listOf(raw[31].toInt(), raw[63].toInt()))
        assertEquals(2, raw.count { it != 0.toByte() })
    }

    @Test fun whatIsNoSignatureIsRefused() {
        val nonsense = listOf(byteArrayOf(), byteArrayOf(0x31, 6, 2, 1, 7, 2, 1, 9), byteArrayOf(0x30, 6, 2, 9, 7, 2, 1, 9), byteArrayOf(0x30, 6, 2, 1, -7, 2, 1, 9))
        for (der in nonsense) assertThrows(IllegalArgumentException::class.java) { rawLowS(der) }
    }

    @Test fun aPointHas65Bytes() {
        val point = point(keys.public as ECPublicKey)
        assertEquals(65, point.size)
        assertEquals(4, point[0].toInt())
    }
}

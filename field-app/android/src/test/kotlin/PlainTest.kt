package countersign.app

import countersign.mobile.MobileException
import java.util.UUID
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PlainTest {
    @Test fun whatWasSealedComesApartAgain() {
        val (iv, bytes) = opened(sealed(byteArrayOf(1, 2, 3), byteArrayOf(9, 8)))
        assertArrayEquals(byteArrayOf(1, 2, 3), iv)
        assertArrayEquals(byteArrayOf(9, 8), bytes)
    }

    @Test fun damagedBytesAreRefused() {
        val damaged = listOf(byteArrayOf(), byteArrayOf(0, 1, 2), byteArrayOf(-1, 1, 2), byteArrayOf(12, 1, 2), byteArrayOf(2, 1, 2))
        for (bytes in damaged) assertThrows(MobileException.Support::class.java) { opened(bytes) }
    }

    @Test fun onlyOurOwnPhotoNamesAreServed() {
        assertTrue(isPhotoName(photoName(UUID.randomUUID())))
        for (name in listOf("", "..", "../replica/device.key.wrapped", "device.key.wrapped", "a.jpg", "01890a5d-ac96-774b-bcce-b302099a8057.jpg/x")) assertFalse(isPhotoName(name), name)
    }

    @Test fun onlyCopiesOfPapersAreHandedOver() {
        assertTrue(isCopyName(copyName("01890a5d-ac96-774b-bcce-b302099a8057")))
        for (name in listOf("", "..", "../replica/lock.wrap", "lock.wrap", "a.pdf", photoName(UUID.randomUUID()))) assertFalse(isCopyName(name), name)
    }

    @Test fun degreesKeepSevenPlaces() {
        assertEquals(312_304_000, degreesE7(31.2304))
        assertEquals(-1_214_737_001, degreesE7(-121.4737001))
    }

    @Test fun anAccuracyIsNeverSaidToBeBetter() {
        assertEquals(12_001u, millimetres(12.0005f))
        assertEquals(0u, millimetres(0f))
        assertEquals(UInt.MAX_VALUE, millimetres(Float.MAX_VALUE))
    }
}

package countersign.app

import countersign.mobile.MobileException

/** Length of the nonce, the nonce, what was sealed under it. */
fun sealed(iv: ByteArray, sealed: ByteArray): ByteArray = byteArrayOf(iv.size.toByte()) + iv + sealed

/** Takes apart what [sealed] put together; an error for bytes that it cannot have made. */
fun opened(wrapped: ByteArray): Pair<ByteArray, ByteArray> {
    val length = wrapped.firstOrNull()?.toInt() ?: 0
    if (length <= 0 || wrapped.size <= 1 + length) throw MobileException.Support("wrapped-key-damaged")
    return wrapped.copyOfRange(1, 1 + length) to wrapped.copyOfRange(1 + length, wrapped.size)
}

package countersign.app

import kotlin.math.ceil
import kotlin.math.roundToInt

/** Degrees in 1e-7, as journal entries have them. */
fun degreesE7(degrees: Double): Int = (degrees * 1e7).roundToInt()

/** Metres as whole millimetres, rounded away from the truth's side: an accuracy is never said to be better than it is. */
fun millimetres(metres: Float): UInt = ceil(metres.toDouble() * 1_000).coerceIn(0.0, UInt.MAX_VALUE.toDouble()).toUInt()

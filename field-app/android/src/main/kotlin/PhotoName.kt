package countersign.app

import java.util.UUID

private val NAME = Regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.jpg")

fun photoName(id: UUID) = "$id.jpg"

private val COPY = Regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.pdf")

/** The file of a copy; `entry` is an id as [copiedEntry] reads it. */
fun copyName(entry: String) = "$entry.pdf"

/** Only names that [copyName] makes. */
fun isCopyName(name: String) = COPY.matches(name)

/** Only names that [photoName] makes: no way out of the folder. */
fun isPhotoName(name: String) = NAME.matches(name)

package countersign.app

import java.util.UUID

private val NAME = Regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.jpg")

fun photoName(id: UUID) = "$id.jpg"

/** Only names that [photoName] makes: no way out of the folder. */
fun isPhotoName(name: String) = NAME.matches(name)

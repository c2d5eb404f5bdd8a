settings-title = Settings
settings-view = Display
settings-language = Language
settings-theme = Appearance
settings-theme-system = As the phone
settings-theme-light = Light
settings-theme-dark = Dark
settings-text-size = Text size
settings-text-smaller = Smaller text
settings-text-larger = Larger text
settings-text-sample = The text of statements grows with it.
settings-device = This phone
settings-device-why = Quote the device id and the key’s fingerprint when you call the office or support.
settings-device-id = Device id
settings-enrolled = Enrolled
settings-enrolled-unknown = Not recorded
settings-key = Fingerprint of the key (SHA-256)
settings-storage = Storage used
settings-version = Version
settings-version-says = { $version } (data format { $store })
settings-about = About
settings-about-says = Countersign, the offline companion for visits to collect receivables.
settings-not-legal-advice = It assists; it is not legal advice.

licences-title = Open-source licences
licences-why = Written by the build from the lists of dependencies, each with the full text of its licence.
licences-missing = This text was not installed with the app. Update the app.
licences-count = { $count ->
    [one] { $count } component
   *[other] { $count } components
}

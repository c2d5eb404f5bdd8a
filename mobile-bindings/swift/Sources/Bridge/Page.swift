/// A file of the app's bundle and what it is.
public struct Page: Equatable, Sendable {
    public let path: String
    public let mediaType: String

    /// What a path names inside the bundle; `nil` for every way out of it.
    public init?(urlPath: String) {
        let name = urlPath.isEmpty || urlPath == "/" ? "index.html" : String(urlPath.drop { $0 == "/" })
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard urlPath.isEmpty || urlPath.hasPrefix("/"), !urlPath.hasPrefix("//"),
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.contains("\\"), !name.contains("\0")
        else { return nil }
        path = "web/" + name
        mediaType = Self.types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    }

    /// Headers of every answer to the page: it loads nothing from elsewhere and runs no script but its own.
    public static let headers = [
        "content-security-policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    ]

    private static let types = [
        "html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "png": "image/png",
        "woff2": "font/woff2", "json": "application/json", "txt": "text/plain",
    ]
}

/// The entry whose paper a path of the page names as a PDF, which the core draws; `nil` for every other path.
func copiedEntry(urlPath: String) -> String? {
    let before = "/copies/"
    let after = ".pdf"
    guard urlPath.hasPrefix(before), urlPath.hasSuffix(after) else { return nil }
    let entry = urlPath.dropFirst(before.count).dropLast(after.count)
    let parts = entry.split(separator: "-", omittingEmptySubsequences: false)
    let isId = parts.map(\.count) == [8, 4, 4, 4, 12] && entry.allSatisfy { $0 == "-" || ("0"..."9").contains($0) || ("a"..."f").contains($0) }
    return isId ? String(entry) : nil
}

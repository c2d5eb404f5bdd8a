// swift-tools-version:6.0
import Foundation
import PackageDescription

// Countersign and CountersignFFI are generated: `cargo xtask ci swift` lays them out and runs the tests. On Linux the library
// is linked from COUNTERSIGN_LIB; field-app/ios/build.sh puts the XCFramework in its place.
let library = ProcessInfo.processInfo.environment["COUNTERSIGN_LIB"] ?? "lib"

let package = Package(
    name: "CountersignKit",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "Bridge", targets: ["Bridge"])],
    targets: [
        .target(
            name: "CountersignFFI",
            linkerSettings: [.unsafeFlags(["-L\(library)"]), .linkedLibrary("countersign_mobile")]),
        .target(name: "Countersign", dependencies: ["CountersignFFI"]),  // of its own: no actor isolation reaches it
        .target(name: "Bridge", dependencies: ["Countersign"]),
        .testTarget(name: "BridgeTests", dependencies: ["Bridge"]),
    ],
    swiftLanguageModes: [.v6]
)

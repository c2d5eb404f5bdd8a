#!/usr/bin/env bash
# Builds the iOS app for the simulator on a Mac: Xcode 16 or later, Rust with the targets below, XcodeGen.
# Unbuilt here: never run on the Linux machines that build everything else.
#   rustup target add aarch64-apple-ios aarch64-apple-ios-sim && brew install xcodegen
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo xtask ci ui
cargo build --workspace --all-targets # the generators, and a library with its metadata
for target in aarch64-apple-ios aarch64-apple-ios-sim; do
  cargo build --release --package countersign-mobile --target "$target"
done

out=field-app/ios/build
kit=$out/CountersignKit
rm -rf "$out"
mkdir -p "$kit/Sources/Countersign" "$out/headers/CountersignFFI"
generate=target/debug/examples/uniffi-bindgen-swift
library=target/debug/libcountersign_mobile.dylib
"$generate" --swift-sources "$library" "$kit/Sources/Countersign"
# A folder of its own: two frameworks with their module maps side by side collide.
"$generate" --headers "$library" "$out/headers/CountersignFFI"
"$generate" --modulemap --module-name CountersignFFI --modulemap-filename module.modulemap "$library" "$out/headers/CountersignFFI"
xcodebuild -create-xcframework \
  -library target/aarch64-apple-ios/release/libcountersign_mobile.a -headers "$out/headers" \
  -library target/aarch64-apple-ios-sim/release/libcountersign_mobile.a -headers "$out/headers" \
  -output "$kit/CountersignFFI.xcframework"
cp -R mobile-bindings/swift/Sources/Bridge "$kit/Sources/"
cat >"$kit/Package.swift" <<'SWIFT'
// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "CountersignKit",
    platforms: [.iOS(.v16)],
    products: [.library(name: "Bridge", targets: ["Bridge", "Countersign"])],
    targets: [
        .binaryTarget(name: "CountersignFFI", path: "CountersignFFI.xcframework"),
        .target(name: "Countersign", dependencies: ["CountersignFFI"]),
        .target(name: "Bridge", dependencies: ["Countersign"]),
    ],
    swiftLanguageModes: [.v6]
)
SWIFT
cp -R field-app/ui/dist "$out/web"
xcodegen generate --spec field-app/ios/project.yml --project field-app/ios/build --project-root field-app/ios
xcodebuild -project "$out/Countersign.xcodeproj" -scheme Countersign -destination 'generic/platform=iOS Simulator' build

import Foundation
import Testing

@testable import Bridge

@Test func theBeginningIsTheIndex() {
    #expect(Page(urlPath: "") == Page(urlPath: "/index.html"))
    #expect(Page(urlPath: "/")?.mediaType == "text/html")
    #expect(Page(urlPath: "/assets/app-1.js")?.path == "web/assets/app-1.js")
    #expect(Page(urlPath: "/odd")?.mediaType == "application/octet-stream")
}

@Test func noPathLeadsOutOfTheBundle() {
    for path in ["/../Info.plist", "/a/../../b", "//a", "/a//b", "/./a", "/a\\b", "/a\0.js", "/assets/", "relative"] {
        #expect(Page(urlPath: path) == nil, "\(path)")
    }
}

@Test func aHighSIsTurnedIntoItsTwin() {
    // s = order - 2, whose twin is 2.
    let high: [UInt8] = [0] + order().dropLast() + [0x4f]
    let der = Data([0x30, UInt8(5 + high.count), 2, 1, 7, 2, UInt8(high.count)] + high)
    #expect(rawLowS(der: der) == rawLowS(der: Data([0x30, 6, 2, 1, 7, 2, 1, 2])))
}

@Test func whatIsNoSignatureIsRefused() {
    let nonsense: [[UInt8]] = [[], [0x31, 6, 2, 1, 7, 2, 1, 9], [0x30, 6, 2, 9, 7, 2, 1, 9], [0x30, 6, 2, 1, 0xf7, 2, 1, 9], [0x30, 6, 2, 1, 0, 2, 1, 9]]
    for der in nonsense { #expect(rawLowS(der: Data(der)) == nil) }
}

@Test func shortNumbersKeepTheirPlace() throws {
    let raw = try #require(rawLowS(der: Data([0x30, 6, 2, 1, 7, 2, 1, 9])))
    #expect(raw.count == 64)
    #expect([raw[31], raw[63]] == [7, 9])
}

private func order() -> [UInt8] {
    [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]
}

import Countersign
import Foundation
import Testing

@testable import Bridge

/// Binds every device, and gives no session. The body is an `EnrolAnswer` as the server packs it (zstd over CBOR).
private final class EnrollingServer: HttpClient, @unchecked Sendable {
    private static let body = Data(
        bytes(of: "28b52ffd208f7d01001402a700500001010202030366e69d8ee4bc9f040005584104061b0000019f638099000400c5491520ad26d2649005"))

    private static func bytes(of hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    func send(request: HttpCall, reply: HttpReply) throws {
        let status: UInt16 = request.url.hasSuffix("/enrol") ? 200 : 503
        reply.done(answer: HttpAnswer(status: status, headers: [], body: Self.body, isWhole: true))
    }
}

/// Both clocks go on when a test says so.
private final class MovableClock: Clock, @unchecked Sendable {
    private let lock = NSLock()
    private var passed: UInt64 = 0

    func pass(ms: UInt64) { lock.withLock { passed += ms } }

    func read() throws -> ClockReading {
        lock.withLock { ClockReading(wall: 1_784_080_800_000 + Int64(passed), monotonicMs: passed, boot: "boot") }
    }
}

private final class Listener: Observer, @unchecked Sendable {
    private let lock = NSLock()
    private var kinds: [String] = []

    var heard: [String] { lock.withLock { kinds } }

    func changed(kinds: [String]) throws { lock.withLock { self.kinds += kinds } }
}

private func ask(_ bridge: Bridge, _ method: String, _ params: String = "{}") -> String {
    bridge.reply(to: request(method, params), host: "localhost", isMainFrame: true) ?? "refused"
}

/// A phone that is enrolled and has a PIN.
private func lockedPhone(_ folder: Folder, _ clock: MovableClock) -> Bridge {
    let bridge = Bridge {
        try Replica.open(folder: folder.path, platform: Platform(clock: clock, locator: TestLocator(), http: EnrollingServer(), biometric: Owner()))
    }
    _ = ask(bridge, "device.enrol", #"{"server_url":"https://there.example","code":"0123456789ABCDEFGHJKMNPQRS","name":"李伟的手机"}"#)
    _ = ask(bridge, "lock.set", #"{"pin":"482793"}"#)
    return bridge
}

@Test func aPhoneThatStartsLockedAnswersNothingOfACustomer() throws {
    let folder = try Folder()
    let clock = MovableClock()
    #expect(ask(lockedPhone(folder, clock), "lock.read").contains(#""state":"open""#))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/device.key"))
    let bridge = lockedPhone(folder, clock)
    #expect(ask(bridge, "today.read").contains(#""locked""#))
    #expect(bridge.copy(urlPath: "/copies/01890a5d-ac96-774b-bcce-b302099a8057.pdf") == nil)
    #expect(bridge.trySync(cancel: CancelToken()), "it asks again after the PIN")
    #expect(ask(bridge, "lock.open", #"{"pin":"739184"}"#).contains(#""pin-wrong""#))
    #expect(ask(bridge, "lock.open", #"{"pin":"482793"}"#).contains(#""state":"open""#))
    #expect(ask(bridge, "today.read").contains(#""stops""#))
}

@Test func anAppThatWasAwayTooLongComesBackLocked() throws {
    let folder = try Folder()
    let clock = MovableClock()
    let bridge = lockedPhone(folder, clock)
    let listener = Listener()
    bridge.observe(listener)
    bridge.left()
    clock.pass(ms: 299_000)
    bridge.returned()
    #expect(ask(bridge, "lock.read").contains(#""state":"open""#))
    #expect(listener.heard.isEmpty)
    clock.pass(ms: 2_000)
    bridge.returned()
    #expect(listener.heard == ["lock"])
    #expect(ask(bridge, "lock.read").contains(#""state":"closed""#))
}

@Test func aCopyIsAskedForByItsEntryAndNothingElse() {
    let entry = "01890a5d-ac96-774b-bcce-b302099a8057"
    #expect(copiedEntry(urlPath: "/copies/\(entry).pdf") == entry)
    for path in ["", "/", "/copies/", "/copies/\(entry)", "/copies/x.pdf", "/copies/../\(entry).pdf", "/copies/\(entry).pdf/", "/copies/.pdf"] {
        #expect(copiedEntry(urlPath: path) == nil, "\(path)")
    }
}

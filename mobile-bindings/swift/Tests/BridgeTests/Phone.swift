import Countersign
import Foundation

final class TestClock: Clock, @unchecked Sendable {
    func read() throws -> ClockReading { ClockReading(wall: 1_784_080_800_000, monotonicMs: 7, boot: "boot") }
}

struct NoHardware: Error {}

final class BrokenClock: Clock, @unchecked Sendable {
    func read() throws -> ClockReading { throw NoHardware() }
}

/// Answers from another thread, as a platform does.
final class TestLocator: Locator, @unchecked Sendable {
    func request(timeoutMs: UInt32, reply: FixReply) throws {
        Thread.detachNewThread { reply.missing(why: .denied) }
    }
}

/// Lets go of the reply without an answer.
final class ForgetfulLocator: Locator, @unchecked Sendable {
    func request(timeoutMs: UInt32, reply: FixReply) throws {}
}

final class NoNetwork: HttpClient, @unchecked Sendable {
    func send(request: HttpCall, reply: HttpReply) throws { reply.unreachable() }
}

/// Stands in for a key store: a mask instead of a cipher.
final class Vault: KeyVault, @unchecked Sendable {
    func wrap(plain: Data) throws -> Data { Data(plain.map { $0 ^ 0x5A }) }
    func unwrap(wrapped: Data) throws -> Data { try wrap(plain: wrapped) }
}

final class LostVault: KeyVault, @unchecked Sendable {
    func wrap(plain: Data) throws -> Data { plain }
    func unwrap(wrapped: Data) throws -> Data { throw NoHardware() }
}

final class Owner: Biometric, @unchecked Sendable {
    func confirm(prompt: ConfirmPrompt, reply: ConfirmReply) throws { reply.done(confirmation: .confirmed) }
}

/// A folder that goes with the test.
final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func platform(clock: any Clock = TestClock(), locator: any Locator = TestLocator(), vault: (any KeyVault)? = nil) -> Platform {
    Platform(clock: clock, locator: locator, http: NoNetwork(), vault: vault, biometric: Owner())
}

func request(_ method: String, _ params: String = "{}") -> String {
    #"{"v":1,"id":7,"method":"\#(method)","params":\#(params)}"#
}

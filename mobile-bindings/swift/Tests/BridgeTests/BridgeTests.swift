import Countersign
import Foundation
import Testing

@testable import Bridge

private func bridge(_ folder: Folder, _ platform: Platform) -> Bridge {
    Bridge { try Replica.open(folder: folder.path, platform: platform) }
}

private func ask(_ bridge: Bridge, _ method: String, _ params: String = "{}") -> String {
    bridge.reply(to: request(method, params), host: "localhost", isMainFrame: true) ?? "refused"
}

@Test func aFreshPhoneIsNotEnrolled() throws {
    let folder = try Folder()
    let bridge = bridge(folder, platform())
    #expect(ask(bridge, "device.read").contains(#""enrolled":false"#))
    #expect(bridge.trySync(cancel: CancelToken()))
    #expect(ask(bridge, "sync.run").contains(#""not-enrolled""#))
}

@Test func onlyOurMainFrameIsAnswered() throws {
    let folder = try Folder()
    let bridge = bridge(folder, platform())
    #expect(bridge.reply(to: request("device.read"), host: "localhost", isMainFrame: false) == nil)
    #expect(bridge.reply(to: request("device.read"), host: "example.org", isMainFrame: true) == nil)
}

@Test func anErrorOfTheShellIsAnErrorAndNotACrash() throws {
    let folder = try Folder()
    let bridge = bridge(folder, platform(clock: BrokenClock()))
    let reply = ask(bridge, "device.read")
    #expect(reply.contains(#""id":7"#))
    #expect(reply.contains(#""device-service""#))
}

@Test func aPositionOrItsAbsence() throws {
    let folder = try Folder()
    #expect(ask(bridge(folder, platform()), "position.read", #"{"timeout_ms":2000}"#).contains(#""denied""#))
    let forgetful = bridge(folder, platform(locator: ForgetfulLocator()))
    #expect(ask(forgetful, "position.read", #"{"timeout_ms":2000}"#).contains(#""timed_out""#))
}

@Test func aVaultKeepsTheKeyFromWhoCopiesTheFolder() throws {
    let folder = try Folder()
    _ = try Replica.open(folder: folder.path, platform: platform(vault: Vault()))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/device.key.wrapped"))
    #expect(throws: MobileError.Support(reference: "device-key-unusable")) {
        try Replica.open(folder: folder.path, platform: platform(vault: LostVault()))
    }
}

@Test func theOwnerConfirms() throws {
    let folder = try Folder()
    #expect(ask(bridge(folder, platform()), "owner.confirm", #"{"title":"解锁","cancel":"取消"}"#).contains(#""confirmed""#))
}

@Test func repliesAreLetGo() throws {
    let folder = try Folder()
    let bridge = bridge(folder, platform())
    for _ in 0..<1_000 { _ = ask(bridge, "owner.confirm", #"{"title":"解锁","cancel":"取消"}"#) }
    #expect(heldReplies() < 10)
}

@Test func anEventNamesWhatChanged() {
    #expect(changedEvent(["stops", "sync"]) == #"{"event":"changed","kinds":["stops","sync"]}"#)
}

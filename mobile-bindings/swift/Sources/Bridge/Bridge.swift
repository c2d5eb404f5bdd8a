import Countersign
import Foundation

/// The replica as the web view reaches it. What of the iOS shell needs no Apple framework is here, compiled and tested on Linux.
public final class Bridge: Sendable {
    private let opened: Result<Replica, MobileError>

    /// What keeps the replica from opening is kept too: the page says it in its own words.
    public init(open: () throws -> Replica) {
        do {
            opened = .success(try open())
        } catch let error as MobileError {
            opened = .failure(error)
        } catch {
            opened = .failure(.Support(reference: "device-service"))
        }
    }

    /// Answers one message of the web view; `nil` when the frame may not talk to the core.
    public func reply(to request: String, host: String, isMainFrame: Bool) -> String? {
        guard isMainFrame, host == "localhost" else { return nil }
        switch opened {
        case .success(let replica): return replica.dispatch(request: request)
        case .failure(let error): return refusal(request: request, error: error)
        }
    }

    public func observe(_ observer: any Observer) {
        if case .success(let replica) = opened { replica.observe(observer: observer) }
    }

    /// The signed paper that a path of the page names as a PDF; `nil` when there is none, and while the app is locked.
    public func copy(urlPath: String) -> PaperCopy? {
        guard case .success(let replica) = opened, let entry = copiedEntry(urlPath: urlPath) else { return nil }
        return try? replica.paperCopy(entry: entry)
    }

    /// Nobody looks at the window any more: the time until the app locks itself begins.
    public func left() {
        if case .success(let replica) = opened { replica.left() }
    }

    /// Somebody does again; observers hear when it was too late.
    public func returned() {
        if case .success(let replica) = opened { replica.returned() }
    }

    /// Everything was sent, or there is nothing to send with.
    public func trySync(cancel: CancelToken) -> Bool {
        guard case .success(let replica) = opened else { return true }
        do {
            guard try replica.device().isEnrolled else { return true }
            return try replica.sync(cancel: cancel).isComplete
        } catch MobileError.SignIn {
            return true  // a phone whose key waits for the PIN asks again after it
        } catch {
            return false  // another sync is running, or the server refuses: the page says which
        }
    }
}

/// The event that makes screens read again. Kinds are words of the core, without quotes or backslashes.
public func changedEvent(_ kinds: [String]) -> String {
    #"{"event":"changed","kinds":["# + kinds.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
}

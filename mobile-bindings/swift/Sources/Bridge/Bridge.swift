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

    /// Everything was sent, or there is nothing to send with.
    public func trySync(cancel: CancelToken) -> Bool {
        guard case .success(let replica) = opened else { return true }
        do {
            guard try replica.device().isEnrolled else { return true }
            return try replica.sync(cancel: cancel).isComplete
        } catch {
            return false  // another sync is running, or the server refuses: the page says which
        }
    }
}

/// The event that makes screens read again. Kinds are words of the core, without quotes or backslashes.
public func changedEvent(_ kinds: [String]) -> String {
    #"{"event":"changed","kinds":["# + kinds.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
}

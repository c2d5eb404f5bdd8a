// Unbuilt here: needs Xcode (field-app/ios/build.sh). Parsed on Linux by `cargo xtask ci swift`.
import Countersign
import CoreLocation
import UIKit

/// Wall time, time since the boot with sleep, and the boot's number.
final class PhoneClock: Clock {
    func read() throws -> ClockReading {
        ClockReading(
            wall: Int64(Date().timeIntervalSince1970 * 1_000), monotonicMs: clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW) / 1_000_000, boot: Self.boot)
    }

    /// kern.bootsessionuuid: another value after every start. To be confirmed on a device.
    private static let boot: String = {
        var size = 0
        guard sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0) == 0, size > 1 else { return "" }
        var text = [CChar](repeating: 0, count: size)
        guard sysctlbyname("kern.bootsessionuuid", &text, &size, nil, 0) == 0 else { return "" }
        return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}

/// One position each time. A simulated one is said to be, and is not refused.
final class PhoneLocator: Locator, @unchecked Sendable {
    func request(timeoutMs: UInt32, reply: FixReply) throws {
        Task { @MainActor in Search(reply: reply, timeoutMs: timeoutMs).start() }
    }

    @MainActor private final class Search: NSObject, @preconcurrency CLLocationManagerDelegate {
        private let manager = CLLocationManager()
        private var reply: FixReply?
        private let timeoutMs: UInt32
        private var kept: Search?

        init(reply: FixReply, timeoutMs: UInt32) {
            self.reply = reply
            self.timeoutMs = timeoutMs
        }

        func start() {
            kept = self
            manager.delegate = self
            manager.desiredAccuracy = kCLLocationAccuracyBest
            DispatchQueue.main.asyncAfter(deadline: .now() + .milliseconds(Int(timeoutMs))) { self.end(.timedOut) }
        }

        func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
            switch manager.authorizationStatus {
            case .notDetermined: manager.requestWhenInUseAuthorization()
            case .authorizedAlways, .authorizedWhenInUse: manager.requestLocation()
            case .denied, .restricted: end(.denied)
            @unknown default: end(.unavailable)
            }
        }

        func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
            guard let found = locations.last else { return end(.unavailable) }
            reply?.done(fix: fix(found))
            end(.unavailable)
        }

        func locationManager(_ manager: CLLocationManager, didFailWithError error: any Error) { end(.unavailable) }

        /// The first answer counts; the core takes no second.
        private func end(_ why: MissingFix) {
            reply?.missing(why: why)
            reply = nil
            kept = nil
        }

        private func fix(_ found: CLLocation) -> RawFix {
            let accuracy = found.horizontalAccuracy < 0 ? Double(UInt32.max) : min((found.horizontalAccuracy * 1_000).rounded(.up), Double(UInt32.max))
            let ageMs = min(max(-found.timestamp.timeIntervalSinceNow * 1_000, 0), Double(UInt32.max))
            return RawFix(
                latE7: Int32((found.coordinate.latitude * 1e7).rounded()), lonE7: Int32((found.coordinate.longitude * 1e7).rounded()), crs: .wgs84,
                accuracyMm: UInt32(accuracy), ageMs: UInt32(ageMs), provider: "corelocation",
                source: found.sourceInformation?.isSimulatedBySoftware == true ? .mocked : .measured)
        }
    }
}

/// HTTP over the system's own stack. Every call ends within its time limits.
final class SessionClient: HttpClient, @unchecked Sendable {
    private let session: URLSession = {
        let settings = URLSessionConfiguration.ephemeral
        settings.timeoutIntervalForRequest = 60
        settings.timeoutIntervalForResource = 300
        return URLSession(configuration: settings, delegate: NoRedirects(), delegateQueue: nil)
    }()

    func send(request: HttpCall, reply: HttpReply) throws {
        guard let url = URL(string: request.url) else { return reply.unreachable() }
        var call = URLRequest(url: url)
        call.httpMethod = request.method
        call.httpBody = request.body.isEmpty ? nil : request.body
        call.setValue("identity", forHTTPHeaderField: "accept-encoding")
        for header in request.headers { call.setValue(header.value, forHTTPHeaderField: header.name) }
        session.dataTask(with: call) { body, answer, _ in
            guard let answer = answer as? HTTPURLResponse else { return reply.unreachable() }
            let headers = answer.allHeaderFields.map { HttpHeader(name: "\($0.key)", value: "\($0.value)") }
            // With a completion handler the body is there whole or not at all.
            reply.done(answer: HttpAnswer(status: UInt16(clamping: answer.statusCode), headers: headers, body: body ?? Data(), isWhole: body != nil))
        }.resume()
    }

    /// A portal of the network is no answer of the server.
    private final class NoRedirects: NSObject, URLSessionTaskDelegate {
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest
        ) async -> URLRequest? { nil }
    }
}

/// Covers the window while it is not active, which is what the list of recent apps shows.
final class ShellScreen: SecureScreen, @unchecked Sendable {
    @MainActor weak var window: UIWindow?
    @MainActor private var isSecure = true
    @MainActor private var curtain: UIView?

    func protect(protection: Protection) throws {
        Task { @MainActor in isSecure = protection == .secure }
    }

    @MainActor func cover() {
        guard isSecure, curtain == nil, let window else { return }
        let view = UIView(frame: window.bounds)
        view.autoresizingMask = [.flexibleWidth, .flexibleHeight]
        view.backgroundColor = .systemBackground
        window.addSubview(view)
        curtain = view
    }

    @MainActor func uncover() {
        curtain?.removeFromSuperview()
        curtain = nil
    }
}

/// Photos by the system's camera, written into a file of ours.
final class PhoneCamera: Camera, @unchecked Sendable {
    private let screen: ShellScreen

    init(screen: ShellScreen) { self.screen = screen }

    func capture(reply: PhotoReply) throws {
        Task { @MainActor in
            guard UIImagePickerController.isSourceTypeAvailable(.camera), let top = screen.window?.rootViewController else {
                return reply.missing(why: .unavailable)
            }
            let shot = Shot(reply: reply)
            shot.picker.sourceType = .camera
            shot.picker.delegate = shot
            shot.kept = shot
            top.present(shot.picker, animated: true)
        }
    }

    @MainActor private final class Shot: NSObject, UIImagePickerControllerDelegate, UINavigationControllerDelegate {
        let picker = UIImagePickerController()
        var kept: Shot?
        private let reply: PhotoReply

        init(reply: PhotoReply) { self.reply = reply }

        func imagePickerController(_ picker: UIImagePickerController, didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]) {
            picker.dismiss(animated: true)
            if let image = info[.originalImage] as? UIImage, let photo = try? Self.stored(image) {
                reply.done(photo: photo)
            } else {
                reply.missing(why: .unavailable)
            }
            kept = nil
        }

        func imagePickerControllerDidCancel(_ picker: UIImagePickerController) {
            picker.dismiss(animated: true)
            reply.missing(why: .cancelled)
            kept = nil
        }

        private static func stored(_ image: UIImage) throws -> Photo {
            guard let bytes = image.jpegData(compressionQuality: 0.9) else { throw CocoaError(.fileWriteUnknown) }
            let folder = try FileManager.default.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
                .appending(path: "photos", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: UUID().uuidString + ".jpg")
            try bytes.write(to: file, options: [.atomic, .completeFileProtectionUntilFirstUserAuthentication])
            return Photo(path: file.path(percentEncoded: false), mediaType: "image/jpeg")
        }
    }
}

// Unbuilt here: needs Xcode (field-app/ios/build.sh). On Linux this file is parsed by `cargo xtask ci swift`; what needs no Apple
// framework is in mobile-bindings/swift/Sources/Bridge, compiled and tested there.
import BackgroundTasks
import Bridge
import Countersign
import Network
import UIKit
import WebKit

private let origin = "app://localhost"
private let refreshTask = "countersign.app.sync"

/// The process: one bridge to one replica, shared by the page and the background task.
@main
final class AppDelegate: UIResponder, UIApplicationDelegate {
    var window: UIWindow?
    private let network = NWPathMonitor()
    private let screen = ShellScreen()
    private lazy var bridge = Bridge(open: openReplica)

    func application(
        _ application: UIApplication, didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        let bridge = self.bridge
        BGTaskScheduler.shared.register(forTaskWithIdentifier: refreshTask, using: nil) { task in
            let cancel = CancelToken()
            task.expirationHandler = { cancel.cancel() }
            task.setTaskCompleted(success: bridge.trySync(cancel: cancel))
        }
        network.pathUpdateHandler = { path in
            if path.status == .satisfied { _ = bridge.trySync(cancel: CancelToken()) }
        }
        network.start(queue: DispatchQueue(label: "countersign.network"))
        let window = UIWindow(frame: UIScreen.main.bounds)
        window.rootViewController = PageController(bridge: bridge)
        window.makeKeyAndVisible()
        self.window = window
        screen.window = window
        return true
    }

    func applicationWillResignActive(_ application: UIApplication) { screen.cover() }

    func applicationDidBecomeActive(_ application: UIApplication) { screen.uncover() }

    func applicationDidEnterBackground(_ application: UIApplication) { bridge.left() }

    func applicationWillEnterForeground(_ application: UIApplication) { bridge.returned() }

    /// The private container, not a shared one: a database lock held there would end a suspended app.
    private func openReplica() throws -> Replica {
        var folder = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true
        ).appending(path: "replica", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication])
        var values = URLResourceValues()
        values.isExcludedFromBackup = true  // a restored copy would be two phones on one chain
        try folder.setResourceValues(values)
        let platform = Platform(
            clock: PhoneClock(), locator: PhoneLocator(), http: SessionClient(), signer: try EnclaveSigner(), vault: EnclaveVault(),
            camera: PhoneCamera(screen: screen), biometric: OwnerPrompt(), screen: screen, scheduler: RefreshSync())
        return try Replica.open(folder: folder.path(percentEncoded: false), platform: platform)
    }
}

/// Asks for one run in the background; asking again replaces the request.
final class RefreshSync: SyncScheduler {
    func request() throws {
        let request = BGProcessingTaskRequest(identifier: refreshTask)
        request.requiresNetworkConnectivity = true
        do {
            try BGTaskScheduler.shared.submit(request)
        } catch {
            throw MobileError.Retry(reference: "device-service")
        }
    }
}

/// The one page.
final class PageController: UIViewController, WKNavigationDelegate, WKUIDelegate {
    private let bridge: Bridge
    private var web: WKWebView?

    init(bridge: Bridge) {
        self.bridge = bridge
        super.init(nibName: nil, bundle: nil)
    }

    @available(*, unavailable)
    required init?(coder: NSCoder) { nil }

    override func loadView() {
        let settings = WKWebViewConfiguration()
        settings.setURLSchemeHandler(Assets(bridge: bridge), forURLScheme: "app")
        settings.userContentController.addScriptMessageHandler(CoreHandler(bridge: bridge), contentWorld: .page, name: "core")
        let web = WKWebView(frame: .zero, configuration: settings)
        web.navigationDelegate = self
        web.uiDelegate = self
        web.allowsLinkPreview = false
        bridge.observe(WebObserver(web: web))
        self.web = web
        view = web
        reload()
    }

    private func reload() {
        if let url = URL(string: origin + "/index.html") { web?.load(URLRequest(url: url)) }
    }

    /// Links to telephone and map are the ways out of the page.
    func webView(_ webView: WKWebView, decidePolicyFor action: WKNavigationAction) async -> WKNavigationActionPolicy {
        guard let url = action.request.url else { return .cancel }
        if url.scheme == "app", url.host() == "localhost" { return .allow }
        if url.scheme == "tel" || url.scheme == "maps", action.navigationType == .linkActivated { await UIApplication.shared.open(url) }
        return .cancel
    }

    /// A copy that the page offers for download: another app shows, prints or sends it.
    func webView(_ webView: WKWebView, decidePolicyFor response: WKNavigationResponse) async -> WKNavigationResponsePolicy {
        guard let url = response.response.url, url.path(percentEncoded: false).hasPrefix("/copies/") else { return .allow }
        let bridge = self.bridge
        if let copy = await Task.detached(operation: { bridge.copy(urlPath: url.path(percentEncoded: false)) }).value { handOver(copy) }
        return .cancel
    }

    private func handOver(_ copy: PaperCopy) {
        let file = FileManager.default.temporaryDirectory.appending(path: copy.fileName)
        guard (try? copy.bytes.write(to: file, options: [.atomic, .completeFileProtection])) != nil else { return }
        let sheet = UIActivityViewController(activityItems: [file], applicationActivities: nil)
        sheet.popoverPresentationController?.sourceView = view
        sheet.completionWithItemsHandler = { _, _, _, _ in try? FileManager.default.removeItem(at: file) }
        present(sheet, animated: true)
    }

    /// The page keeps nothing that the core has not: a new one reads it again.
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView) { reload() }
}

/// Serves the page from the bundle under app://localhost; WKWebView takes no handler for https.
final class Assets: NSObject, WKURLSchemeHandler {
    private let bridge: Bridge
    private var stopped: Set<ObjectIdentifier> = []

    init(bridge: Bridge) { self.bridge = bridge }

    func webView(_ webView: WKWebView, start task: any WKURLSchemeTask) {
        if let url = task.request.url, url.host() == "localhost", url.path(percentEncoded: false).hasPrefix("/copies/") {
            return answerCopy(url, task)
        }
        guard let url = task.request.url, url.host() == "localhost", let page = Page(urlPath: url.path(percentEncoded: false)),
            let file = Bundle.main.resourceURL?.appending(path: page.path), let body = try? Data(contentsOf: file),
            let answer = HTTPURLResponse(
                url: url, statusCode: 200, httpVersion: nil,
                headerFields: Page.headers.merging(["content-type": page.mediaType]) { _, own in own })
        else { return task.didFailWithError(URLError(.fileDoesNotExist)) }
        task.didReceive(answer)
        task.didReceive(body)
        task.didFinish()
    }

    func webView(_ webView: WKWebView, stop task: any WKURLSchemeTask) { stopped.insert(ObjectIdentifier(task)) }

    /// Drawn away from the main thread: the core reads a font of some 20 MB.
    private func answerCopy(_ url: URL, _ task: any WKURLSchemeTask) {
        let bridge = self.bridge
        Task { @MainActor in
            let copy = await Task.detached { bridge.copy(urlPath: url.path(percentEncoded: false)) }.value
            guard stopped.remove(ObjectIdentifier(task)) == nil else { return }
            guard let copy,
                let answer = HTTPURLResponse(
                    url: url, statusCode: 200, httpVersion: nil,
                    headerFields: Page.headers.merging([
                        "content-type": "application/pdf", "content-disposition": copy.disposition,
                    ]) { _, own in own })
            else { return task.didFailWithError(URLError(.fileDoesNotExist)) }
            task.didReceive(answer)
            task.didReceive(copy.bytes)
            task.didFinish()
        }
    }
}

/// One message in, one reply out; everything else is the core's business.
final class CoreHandler: NSObject, WKScriptMessageHandlerWithReply {
    private let bridge: Bridge

    init(bridge: Bridge) { self.bridge = bridge }

    func userContentController(_ controller: WKUserContentController, didReceive message: WKScriptMessage) async -> (Any?, String?) {
        guard let request = message.body as? String else { return (nil, "refused") }
        let (bridge, host, isMainFrame) = (bridge, message.frameInfo.securityOrigin.host, message.frameInfo.isMainFrame)
        let reply = await Task.detached { bridge.reply(to: request, host: host, isMainFrame: isMainFrame) }.value
        return reply.map { ($0, nil) } ?? (nil, "refused")
    }
}

/// Tells the page what changed.
final class WebObserver: Observer, @unchecked Sendable {
    private weak var web: WKWebView?

    init(web: WKWebView) { self.web = web }

    func changed(kinds: [String]) throws {
        let event = changedEvent(kinds)
        Task { @MainActor [weak web] in
            _ = try? await web?.callAsyncJavaScript("window.countersign?.event(event)", arguments: ["event": event], contentWorld: .page)
        }
    }
}

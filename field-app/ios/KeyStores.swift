// Unbuilt here: needs Xcode (field-app/ios/build.sh). Parsed on Linux by `cargo xtask ci swift`.
import Bridge
import Countersign
import Foundation
import LocalAuthentication
import Security

/// The key with a tag, made in the Secure Enclave when there is none. It never leaves the device, nor reaches a backup.
private func enclaveKey(_ tag: String, protection: CFString, flags: SecAccessControlCreateFlags, context: LAContext? = nil) throws -> SecKey {
    var query: [CFString: Any] = [kSecClass: kSecClassKey, kSecAttrApplicationTag: Data(tag.utf8), kSecReturnRef: true]
    if let context { query[kSecUseAuthenticationContext] = context }
    var found: CFTypeRef?
    if SecItemCopyMatching(query as CFDictionary, &found) == errSecSuccess, let found { return found as! SecKey }
    var error: Unmanaged<CFError>?
    guard let access = SecAccessControlCreateWithFlags(nil, protection, flags, &error) else { throw closed(error) }
    let attributes: [CFString: Any] = [
        kSecAttrKeyType: kSecAttrKeyTypeECSECPrimeRandom, kSecAttrKeySizeInBits: 256, kSecAttrTokenID: kSecAttrTokenIDSecureEnclave,
        kSecPrivateKeyAttrs: [kSecAttrIsPermanent: true, kSecAttrApplicationTag: Data(tag.utf8), kSecAttrAccessControl: access] as [CFString: Any],
    ]
    guard let key = SecKeyCreateRandomKey(attributes as CFDictionary, &error) else { throw closed(error) }
    return key
}

private func closed(_ error: Unmanaged<CFError>?) -> MobileError {
    error?.release()
    return MobileError.Support(reference: "key-store-closed")
}

/// The device key: usable from the first unlock on, so that a background task can open a session.
final class EnclaveSigner: DeviceSigner, @unchecked Sendable {
    private let key: SecKey

    init() throws {
        key = try enclaveKey("countersign.device", protection: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, flags: .privateKeyUsage)
    }

    func publicKey() throws -> Data {
        var error: Unmanaged<CFError>?
        guard let key = SecKeyCopyPublicKey(key), let point = SecKeyCopyExternalRepresentation(key, &error) else { throw closed(error) }
        return point as Data
    }

    func sign(bytes: Data) throws -> Data {
        var error: Unmanaged<CFError>?
        guard let der = SecKeyCreateSignature(key, .ecdsaSignatureMessageX962SHA256, bytes as CFData, &error), let raw = rawLowS(der: der as Data)
        else { throw closed(error) }
        return raw
    }
}

/// Wraps secrets of the core for a key of the Secure Enclave.
final class EnclaveVault: KeyVault, @unchecked Sendable {
    private let algorithm = SecKeyAlgorithm.eciesEncryptionCofactorVariableIVX963SHA256AESGCM

    private func key() throws -> SecKey {
        try enclaveKey("countersign.vault", protection: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, flags: .privateKeyUsage)
    }

    func wrap(plain: Data) throws -> Data {
        var error: Unmanaged<CFError>?
        guard let key = SecKeyCopyPublicKey(try key()), let wrapped = SecKeyCreateEncryptedData(key, algorithm, plain as CFData, &error)
        else { throw closed(error) }
        return wrapped as Data
    }

    func unwrap(wrapped: Data) throws -> Data {
        var error: Unmanaged<CFError>?
        guard let plain = SecKeyCreateDecryptedData(try key(), algorithm, wrapped as CFData, &error) else { throw closed(error) }
        return plain as Data
    }
}

/// Confirms by use of a key that only the finger or face of today unlocks; a bare callback could be called by anybody.
final class OwnerPrompt: Biometric, @unchecked Sendable {
    func confirm(prompt: ConfirmPrompt, reply: ConfirmReply) throws {
        let context = LAContext()
        context.localizedReason = prompt.title
        context.localizedCancelTitle = prompt.cancel
        Thread.detachNewThread { reply.done(confirmation: Self.ask(context)) }
    }

    private static func ask(_ context: LAContext) -> Confirmation {
        var unavailable: NSError?
        guard context.canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: &unavailable) else {
            return unavailable?.code == LAError.biometryLockout.rawValue ? .lockedOut : .unavailable
        }
        guard
            let key = try? enclaveKey(
                "countersign.owner", protection: kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly, flags: [.privateKeyUsage, .biometryCurrentSet],
                context: context)
        else { return .unavailable }
        var error: Unmanaged<CFError>?
        if SecKeyCreateSignature(key, .ecdsaSignatureMessageX962SHA256, Data("countersign.owner".utf8) as CFData, &error) != nil {
            return .confirmed
        }
        let code = error.map { CFErrorGetCode($0.takeRetainedValue()) } ?? 0
        return code == LAError.biometryLockout.rawValue ? .lockedOut : .cancelled
    }
}

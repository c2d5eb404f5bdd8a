import Foundation

/// ECDSA-Sig-Value (RFC 3279, 2.2.3) as raw r‖s with the lower of the two s, 64 bytes: the core refuses the other s, which every
/// key store gives half of the time. `nil` when it is no signature of P-256.
public func rawLowS(der: Data) -> Data? {
    let bytes = [UInt8](der)
    guard bytes.count > 2, bytes[0] == 0x30, Int(bytes[1]) == bytes.count - 2,
        let (r, afterR) = number(in: bytes, at: 2), let (s, end) = number(in: bytes, at: afterR), end == bytes.count
    else { return nil }
    let twin = difference(order, s)
    return Data(r + (s.lexicographicallyPrecedes(twin) ? s : twin))
}

/// The order of P-256 (SEC 2, 2.4.2).
private let order: [UInt8] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
]

/// An INTEGER as 32 bytes, and where it ends. A P-256 signature is shorter than 128 bytes, so every length is one byte.
private func number(in bytes: [UInt8], at start: Int) -> ([UInt8], Int)? {
    guard start + 2 <= bytes.count, bytes[start] == 0x02 else { return nil }
    let end = start + 2 + Int(bytes[start + 1])
    guard end <= bytes.count, end > start + 2, bytes[start + 2] < 0x80 else { return nil }
    let digits = bytes[(start + 2)..<end].drop { $0 == 0 }
    guard !digits.isEmpty, digits.count <= 32 else { return nil }
    let padded = [UInt8](repeating: 0, count: 32 - digits.count) + digits
    return padded.lexicographicallyPrecedes(order) ? (padded, end) : nil
}

private func difference(_ larger: [UInt8], _ smaller: [UInt8]) -> [UInt8] {
    var result = larger
    var borrow = 0
    for at in result.indices.reversed() {
        let digit = Int(larger[at]) - Int(smaller[at]) - borrow
        borrow = digit < 0 ? 1 : 0
        result[at] = UInt8(digit + borrow * 256)
    }
    return result
}

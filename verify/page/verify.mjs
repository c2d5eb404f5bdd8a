// The verification of an evidence bundle for a browser: docs/evidence-format.md once more, with WebCrypto. It answers with the same
// lines under the same keys as `countersign-verify`; the vectors in tests/fixtures/evidence are its test.

const LIMIT_BYTES = 128 * 1024 * 1024;
const OBJECTS_LIMIT = 5000;
const ENTRY_LIMIT_BYTES = 1024 * 1024;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const LAST_MS = 253_402_300_799_999;
const KINDS = new Map([[0, "entry"], [1, "statement"], [2, "clause"], [3, "part"], [4, "receipt"], [5, "admission"], [6, "reading-copy"], [64, "log-proof"]]);
const FACTS = new Map([
  [1, "check-in"], [2, "check-out"], [3, "statement-shown"], [4, "acknowledgement"], [5, "refusal"], [6, "promise"], [7, "outcome"], [8, "amendment"],
  [9, "conflict-settled"], [10, "countersignature"], [11, "company-seal"], [12, "refusal-witnessed"], [13, "demand-letter-posted"], [14, "copy-handed-over"],
  [20, "attached"], [21, "serial-block-issued"], [22, "cash-receipt"], [23, "cash-voided"], [24, "hand-in"], [25, "cash-counted"], [26, "variance-confirmed"],
  [27, "attendance"], [28, "dispute"], [29, "dispute-finding"], [32, "ledger-imported"], [33, "ledger-signed"], [34, "visit-list-proposed"],
  [35, "visit-list-decided"], [36, "plan-submitted"], [37, "plan-decided"], [38, "visit-accepted"], [39, "sent-back"], [40, "device-enrolled"],
  [41, "device-revoked"], [42, "settlement-drafted"], [43, "settlement-decided"], [44, "held-decided"], [45, "evidence-exported"],
]);
const UNSIGNED = new Set([1, 2, 3, 7]);
const CAPACITIES = ["legal-representative", "principal", "authorised-agent", "duty-holder", "mail-room", "other-employee", "company-seal-alone", "company-seal-with-duty-holder", "natural-person", "co-resident-adult-relative", "other", "guarantor"];
const SYSTEMS = ["WGS-84", "GCJ-02", "BD-09"];

/** Bytes that are not of the form; `why` is a word of the catalogs. */
class Malformed extends Error {
  constructor(why = "malformed") {
    super(why);
    this.why = why;
  }
}

const ascii = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const uuid = (bytes) => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const equal = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const word64 = (number) => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
};
/** SHA-256 over each part preceded by its length. */
const digestOfParts = (...parts) => sha256(joined(...parts.flatMap((part) => [word64(part.length), part])));

// The one encoding: shortest heads, definite lengths, keys that are unsigned and ascend. What is not of it is refused while it is read.

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  take(count) {
    if (count > this.bytes.length - this.at) throw new Malformed();
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  head() {
    const [first] = this.take(1);
    const [major, short] = [first >> 5, first & 31];
    if (short < 24) return [major, short];
    if (short > 27) throw new Malformed();
    let value = 0n;
    for (const byte of this.take(1 << (short - 24))) value = (value << 8n) | BigInt(byte);
    const least = [24n, 256n, 65_536n, 4_294_967_296n][short - 24];
    if (major !== 7 && value < least) throw new Malformed("not-deterministic");
    return [major, value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value];
  }
  value(depth = 0) {
    if (depth > 32) throw new Malformed();
    const [major, value] = this.head();
    if (major === 0) return value;
    if (major === 1) return typeof value === "number" ? -1 - value : -1n - value;
    if (major === 7) {
      if (value === 20 || value === 21) return value === 21;
      if (value === 22) return null;
      throw new Malformed();
    }
    if (typeof value !== "number" || value > this.bytes.length) throw new Malformed();
    if (major === 2) return this.take(value);
    if (major === 3) {
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(value));
      } catch {
        throw new Malformed();
      }
    }
    if (major === 4) return Array.from({ length: value }, () => this.value(depth + 1));
    if (major !== 5) throw new Malformed();
    const map = new Map();
    let last = -1;
    for (let count = 0; count < value; count++) {
      const key = this.value(depth + 1);
      if (typeof key !== "number" || key <= last) throw new Malformed("not-deterministic");
      last = key;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}

function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new Malformed("not-deterministic");
  return value;
}

/** Writes what was decoded: for a part of a structure that is hashed alone. */
function encode(value) {
  const head = (major, number) => {
    const size = number < 24 ? 0 : number < 256 ? 1 : number < 65_536 ? 2 : number < 4_294_967_296 ? 4 : 8;
    const bytes = word64(number).subarray(8 - size);
    return size === 0 ? Uint8Array.of((major << 5) | Number(number)) : joined(Uint8Array.of((major << 5) | (24 + Math.log2(size))), bytes);
  };
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number" || typeof value === "bigint") return value >= 0 ? head(0, value) : head(1, -1n - BigInt(value));
  if (typeof value === "string") return joined(head(3, ascii(value).length), ascii(value));
  if (value instanceof Uint8Array) return joined(head(2, value.length), value);
  if (Array.isArray(value)) return joined(head(4, value.length), ...value.map(encode));
  return joined(head(5, value.size), ...[...value].flatMap(([key, item]) => [encode(key), encode(item)]));
}

// Shapes: what a structure must look like. A key with `?` may be absent; no other key may be there.

const bytes = (length) => (it) => it instanceof Uint8Array && (length === undefined || it.length === length);
const text = (it) => typeof it === "string";
const int = (it) => typeof it === "number" || typeof it === "bigint";
const uint = (it) => int(it) && it >= 0;
const ms = (it) => uint(it) && it <= LAST_MS;
const index = (count) => (it) => uint(it) && it < count;
const day = (it) => text(it) && /^\d{4}-\d{2}-\d{2}$/.test(it);
const money = (it) => Array.isArray(it) && it.length === 2 && (it[0] === "CNY" || it[0] === "USD") && /^-?\d+\.\d{2}$/.test(it[1]);
const anything = () => true;
const list = (of, most = Infinity) => (it) => Array.isArray(it) && it.length <= most && it.every(of);
const shape = (keys) => (it) => {
  if (!(it instanceof Map)) return false;
  const known = new Set();
  for (const [name, holds] of Object.entries(keys)) {
    const key = Number.parseInt(name, 10);
    known.add(key);
    if (it.has(key) ? !holds(it.get(key)) : !name.endsWith("?")) return false;
  }
  return [...it.keys()].every((key) => known.has(key));
};
const choice = (variants) => (it) => {
  if (!Array.isArray(it) || it.length !== 2 || !Array.isArray(it[1])) return false;
  const fields = variants[it[0]];
  return fields !== undefined && it[1].length === fields.length && fields.every((holds, at) => holds(it[1][at]));
};
const [ID, DIGEST, KEY] = [bytes(16), bytes(32), bytes(65)];
const PART = shape({ 0: DIGEST, 1: uint });
const FIX = shape({ 0: int, 1: int, 2: index(3), 3: uint, 4: uint, 5: text, 6: index(2) });
const POSITION = choice({ 0: [FIX], 1: [index(3)] });
const EFFECT = shape({ 0: uint, 1: list(text, 40), "2?": day, "3?": day });
const MODEL = shape({ 0: text, 1: uint, 2: text, 3: text, 4: list(shape({ 0: text, 1: text })), 5: list(text) });
const STATEMENT = choice({
  2: [shape({ 0: uint, 1: ID, 2: ID, 3: DIGEST, 4: day, 5: uint, 6: money, 7: list(shape({ 0: text, "1?": day, 2: day, 3: money, 4: money, 5: money })), 8: MODEL, "9?": anything, "10?": money })],
});
const CONTENTS = new Map([
  [1, POSITION],
  [2, POSITION],
  [4, shape({
    0: uint, 1: ID, 2: DIGEST, 3: bytes(), 4: DIGEST, 5: money, 6: DIGEST, 7: shape({ 0: text, 1: text, 2: index(12), 3: text }), 8: DIGEST, 9: PART, 10: PART,
    11: shape({ 0: uint, "1?": uint, "2?": uint }), 12: POSITION, 13: index(2), "14?": bytes(), "15?": EFFECT, "16?": list(anything, 20), "17?": index(2),
    "18?": shape({ 0: index(2), 1: index(2) }), "19?": list(shape({ 0: money, 1: day }), 60),
  })],
  [10, shape({ 0: DIGEST, 1: index(2), 2: text, "3?": ID, 4: DIGEST, 5: PART, 6: PART, 7: index(2), "8?": EFFECT, 9: POSITION })],
  [11, shape({ 0: DIGEST, 1: PART, 2: text })],
  [14, shape({ 0: DIGEST, 1: text, 2: index(3) })],
  [20, shape({ 0: uint, "1?": ID, 2: anything, 3: text, 4: text, 5: PART, "6?": PART, 7: POSITION })],
  [40, shape({ 0: ID, 1: ID, 2: bytes(), 3: text })],
  [41, shape({ 0: ID, 1: text })],
]);
const SEALED = shape({ 0: bytes(), "1?": bytes() });
const SCOPE = choice({ 0: [], 1: [], 2: [ID], 3: [ID], 4: [ID], 5: [ID], 6: [ID] });
const ENTRY = shape({
  0: uint, 1: ID, 2: ID, 3: ID, 4: uint, 5: DIGEST, 6: ID, 7: shape({ 0: ms, 1: uint, 2: text }), "8?": shape({ 0: uint, 1: int }), 9: SCOPE, "10?": ID, 11: uint, 12: text,
  13: (it) => Array.isArray(it) && it.length === 2 && FACTS.has(it[0]) && Array.isArray(it[1]) && it[1].length === 1 && (CONTENTS.get(it[0]) ?? anything)(it[1][0]),
});
const ABOUT = choice({ 0: [ID], 1: [ID], 2: [ID] });
const LISTED = shape({ 0: uint, 1: DIGEST, 2: uint });
const MANIFEST = shape({ 0: uint, 1: ID, 2: ABOUT, 3: ms, 4: choice({ 0: [], 1: [ID] }), 5: bytes(), 6: bytes(), 7: list(LISTED) });
const BUNDLE = shape({ 0: text, 1: uint, 2: bytes(), 3: bytes(), 4: list(bytes()) });
const SNAPSHOT = shape({ 0: bytes(), 1: bytes() });

/** The value of exactly these bytes when it has the shape, else undefined. */
function exact(holds, raw) {
  try {
    const value = decode(raw);
    return holds(value) ? value : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

// Signatures.

const number = (raw) => BigInt(`0x${hex(raw)}`);

/** Why a bare signature does not stand; undefined when it does. */
async function faultOfRaw(key, message, signature) {
  if (key.length !== 65) return "bad-key";
  let point;
  try {
    point = await crypto.subtle.importKey("raw", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    return "bad-key";
  }
  if (signature.length !== 64) return "bad-form";
  const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32))];
  if (r === 0n || s === 0n || r >= ORDER || s >= ORDER) return "bad-form";
  if (s > ORDER / 2n) return "high-s";
  return (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, point, signature, message)) ? undefined : "mismatch";
}

/** Why a COSE_Sign1 does not stand; undefined when it does. */
async function faultOf(key, payload, cose, external) {
  const id = (await sha256(key)).subarray(0, 16);
  const header = joined(Uint8Array.of(0xa2, 0x01, 0x26, 0x04, 0x50), id);
  const expected = joined(Uint8Array.of(0x84, 0x55), header, Uint8Array.of(0xa0, 0xf6, 0x58, 0x40));
  if (cose.length !== 91 || !equal(cose.subarray(0, 27), expected)) return "signature-structure";
  return faultOfRaw(key, encode(["Signature1", header, ascii(external), payload]), cose.subarray(27));
}

// Lines.

const word = (noun, it) => ({ word: `${noun}-${it}` });
const at = (it) => ({ at: Number(it) });
const line = (finding, key, values = {}) => ({ finding, key, values });
const proved = (key, values) => line("proved", key, values);
const open = (key, values) => line("not_proved", key, values);
const wrong = (key, values) => line("wrong", key, values);
const by = (print, it) => ({ ...it, by: print });

const dotted = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const amount = ([, digits]) => {
  const [whole, cents] = digits.replace("-", "").split(".");
  return `${digits.startsWith("-") ? "-" : ""}${dotted(whole)}.${cents}`;
};
const cents = ([currency, digits]) => [currency, BigInt(digits.replace(".", ""))];
const degrees = (e7) => {
  const size = Math.trunc(Math.abs(Number(e7)) / 100);
  return `${e7 < 0 ? "-" : ""}${Math.trunc(size / 100_000)}.${String(size % 100_000).padStart(5, "0")}`;
};
const isDesk = (entry) => equal(entry.get(3), entry.get(6));
const isKeyRecord = (one) => one.fact === 40 || one.fact === 41;
const paperOf = (one) => (one.fact === 4 ? one.content : undefined);

/** The parts that a fact names. */
function partsOf(one) {
  const of = { 4: [9, 10], 10: [5, 6], 11: [1], 20: [5, 6] }[one.fact] ?? [];
  return of.map((key) => one.content.get(key)).filter(Boolean);
}

async function opened(raw) {
  const sealed = exact(SEALED, raw);
  if (!sealed) return { unreadable: true };
  const payload = sealed.get(0);
  const hash = await sha256(payload);
  const fault = (why) => ({ fault: why, hash });
  if (payload.length > ENTRY_LIMIT_BYTES) return fault("too-large");
  let entry;
  try {
    entry = decode(payload);
  } catch (error) {
    if (error instanceof Malformed) return fault(error.why);
    throw error;
  }
  if (!ENTRY(entry)) return fault("malformed");
  if (entry.get(0) !== 1) return fault("unknown-version");
  const [fact, [content]] = entry.get(13);
  const signature = sealed.get(1);
  if (UNSIGNED.has(fact) && signature) return fault("signed-needlessly");
  if (!UNSIGNED.has(fact) && !signature) return fault("unsigned");
  return { payload, signature, hash, entry, fact, content, id: uuid(entry.get(2)), seq: entry.get(4) };
}

class Examination {
  constructor(bundle, manifest) {
    this.bundle = bundle;
    this.manifest = manifest;
    this.server = manifest.get(6);
    this.lines = [];
    this.entries = [];
    this.parts = new Map();
    this.clauses = new Map();
    this.statements = new Map();
  }

  objects() {
    return this.manifest.get(7).map((listed, place) => ({ kind: listed.get(0), name: KINDS.get(listed.get(0)) ?? "unknown", digest: hex(listed.get(1)), raw: this.bundle.get(4)[place] }));
  }

  async run(trust, size) {
    this.serverPrint = hex(await sha256(this.server));
    if (!(await this.container(size))) return;
    const values = { fingerprint: this.serverPrint };
    this.lines.push(by(this.serverPrint, trust === undefined ? open("server-key-unconfirmed", values) : trust === this.serverPrint ? proved("server-key-trusted", values) : wrong("server-key-differs", values)));
    if (!(await this.open())) return;
    await this.keys();
    await this.exporter();
    this.subject();
    const aboutReceipts = await this.receipts();
    await this.cover();
    for (const [place, one] of this.entries.entries()) {
      const from = this.lines.length;
      if (!isKeyRecord(one)) await this.entry(place, one);
      await this.content(one);
      if (!isKeyRecord(one)) this.time(one);
      for (const said of this.lines.slice(from)) said.entry = one.id;
    }
    this.lines.push(...aboutReceipts);
    this.unused();
    this.beside();
  }

  async container(size) {
    const [objects, exporter] = [this.manifest.get(7), this.manifest.get(5)];
    this.lines.push(proved("form-sound", { objects: String(objects.length), size: String(size) }));
    const fault = await faultOf(exporter, this.bundle.get(2), this.bundle.get(3), "countersign-evidence-1");
    const stop = (it) => (this.lines.push(it), false);
    if (fault) return stop(wrong("manifest-signature-broken", { why: word("why", fault) }));
    this.lines.push(by(hex(await sha256(exporter)), proved("manifest-signed")));
    const raws = this.bundle.get(4);
    if (objects.length !== raws.length) return stop(wrong("objects-missing"));
    const order = objects.map((listed) => [listed.get(0), hex(listed.get(1))]);
    const ascends = order.every(([kind, digest], place) => place === 0 || order[place - 1][0] < kind || (order[place - 1][0] === kind && order[place - 1][1] < digest));
    if (!ascends) return stop(wrong("objects-out-of-order"));
    for (const [place, listed] of objects.entries()) {
      const isEqual = listed.get(2) === raws[place].length && equal(await sha256(raws[place]), listed.get(1));
      if (!isEqual) return stop(wrong("object-differs", { number: String(place + 1), object: word("object", KINDS.get(listed.get(0)) ?? "unknown") }));
    }
    this.lines.push(proved("objects-listed", { objects: String(objects.length) }));
    return true;
  }

  async open() {
    for (const { name, digest, raw } of this.objects()) {
      const unreadable = () => (this.lines.push(wrong("object-unreadable", { object: word("object", name) })), false);
      if (name === "entry") {
        const one = await opened(raw);
        if (one.unreadable) return unreadable();
        if (one.fault) return this.lines.push(wrong("entry-form-broken", { hash: hex(one.hash), why: word("why", one.fault) })), false;
        this.entries.push(one);
      } else if (name === "statement") {
        const snapshot = exact(SNAPSHOT, raw);
        if (!snapshot) return unreadable();
        this.statements.set(hex(await sha256(snapshot.get(0))), snapshot);
      } else if (name === "clause") {
        try {
          this.clauses.set(digest, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
        } catch {
          return unreadable();
        }
      } else if (name === "part") this.parts.set(digest, raw);
    }
    const key = ({ entry, hash }) => hex(entry.get(3)) + hex(word64(entry.get(4))) + hex(hash);
    this.entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
    this.byHash = new Map(this.entries.map((one) => [hex(one.hash), one]));
    return true;
  }

  fault(one, key) {
    return one.signature ? faultOf(key, one.payload, one.signature, "countersign-entry-1") : undefined;
  }

  async keys() {
    this.phones = new Map();
    const revoked = new Map();
    for (const one of this.entries.filter(isKeyRecord)) {
      const fault = isDesk(one.entry) ? await this.fault(one, this.server) : "not-of-a-desk";
      if (fault) {
        this.lines.push(wrong("key-record-broken", { why: word("why", fault) }));
        continue;
      }
      const device = uuid(one.content.get(0));
      if (one.fact === 41) revoked.set(device, one.entry.get(7).get(0));
      else {
        const [key, user] = [one.content.get(2), one.content.get(1)];
        const values = { name: one.content.get(3), device, fingerprint: hex(await sha256(key)), user: uuid(user) };
        this.lines.push(by(this.serverPrint, proved("device-enrolled", values)));
        this.phones.set(device, { key, user, print: values.fingerprint });
      }
    }
    const devices = new Set(this.entries.filter((one) => !isDesk(one.entry)).map((one) => uuid(one.entry.get(3))));
    for (const device of devices) {
      if (!this.phones.has(device)) this.lines.push(wrong("device-unknown", { device }));
      else if (revoked.has(device)) this.lines.push(by(this.serverPrint, proved("device-revoked", { device, at: at(revoked.get(device)) })));
      else this.lines.push(open("device-no-revocation", { device }));
    }
  }

  keyOf(one) {
    return isDesk(one.entry) ? { key: this.server, print: this.serverPrint } : this.phones.get(uuid(one.entry.get(3)));
  }

  async exporter() {
    const [[variant, [device]], key] = [this.manifest.get(4), this.manifest.get(5)];
    const values = { at: at(this.manifest.get(3)) };
    const phone = variant === 1 ? this.phones.get(uuid(device)) : undefined;
    let said = wrong("exporter-unknown", values);
    if (variant === 0 && equal(key, this.server)) said = proved("exporter-server", values);
    if (phone && equal(phone.key, key)) said = proved("exporter-device", { device: uuid(device), ...values });
    this.lines.push(by(hex(await sha256(key)), said));
  }

  subject() {
    const foreign = this.entries.find((one) => !equal(one.entry.get(1), this.manifest.get(1)));
    const [variant, [id]] = this.manifest.get(2);
    this.about = { variant, id, entry: this.entries.find((one) => one.id === uuid(id)) };
    if (foreign) this.lines.push({ ...wrong("entry-of-another-organisation"), entry: foreign.id });
    else if (variant === 0 ? !this.about.entry : this.entries.every(isKeyRecord)) this.lines.push(wrong("subject-absent"));
  }

  async receipts() {
    this.arrivals = new Map();
    const said = [];
    for (const { name, raw } of this.objects()) {
      if (name !== "receipt" && name !== "admission") continue;
      const read = await (name === "receipt" ? receipt(raw, this.server) : admission(raw, this.server));
      if (read.fault) {
        said.push(wrong("receipt-broken", { why: word("why", read.fault) }));
        continue;
      }
      const one = this.byHash.get(read.hash);
      const known = this.arrivals.get(read.hash);
      if (!one) said.push(wrong("receipt-of-another"));
      else if (known && known.seq !== read.seq) said.push({ ...wrong("receipts-contradict"), entry: one.id });
      if (one) this.arrivals.set(read.hash, read);
    }
    return said;
  }

  /** The entries that a signature covers: their own, or that of a later one that names them. */
  async cover() {
    this.covered = new Set();
    let named = "";
    for (const one of [...this.entries].reverse()) {
      const key = this.keyOf(one)?.key;
      const signs = one.signature && key && !(await this.fault(one, key));
      if (signs || named === hex(one.hash)) {
        this.covered.add(hex(one.hash));
        named = hex(one.entry.get(5));
      } else named = "";
    }
  }

  async entry(place, one) {
    const kind = word("fact", FACTS.get(one.fact));
    const key = this.keyOf(one);
    const hash = hex(one.hash);
    if (!key) this.lines.push(wrong("entry-key-unknown", { kind }));
    else if (!one.signature) this.lines.push(this.covered.has(hash) ? by(key.print, proved("entry-covered", { kind, hash })) : open("entry-uncovered", { kind, hash }));
    else {
      const fault = await this.fault(one, key.key);
      this.lines.push(fault ? wrong("entry-signature-broken", { why: word("why", fault), kind, hash }) : by(key.print, proved("entry-signed", { kind, hash })));
    }
    if (key?.user && !equal(key.user, one.entry.get(6))) this.lines.push(wrong("entry-author-differs"));
    if (this.isBeside(one)) this.lines.push(wrong("entry-about-another"));
    this.lines.push(this.link(place, one));
    if ([10, 11, 14].includes(one.fact)) {
      const named = one.entry.get(10);
      const paper = named && this.entries.find((other) => other.id === uuid(named));
      const pinned = hex(one.content.get(0));
      if (!paper) this.lines.push(open("pinned-absent", { hash: pinned }));
      else this.lines.push(hex(paper.hash) === pinned ? proved("pinned-holds", { hash: pinned }) : wrong("pinned-differs"));
    }
  }

  isBeside(one) {
    const { variant, id, entry } = this.about;
    const scope = (it) => hex(encode(it.get(9)));
    if (variant === 0) return entry !== undefined && scope(entry.entry) !== scope(one.entry);
    if (variant === 1) return scope(one.entry) !== hex(encode([3, [id]]));
    const paper = paperOf(one);
    return paper !== undefined && !equal(paper.get(1), id);
  }

  link(place, one) {
    const values = { number: String(one.seq) };
    const previous = one.entry.get(5);
    if (one.seq <= 1) return one.seq === 1 && previous.every((byte) => byte === 0) ? proved("chain-first", values) : wrong("chain-broken", values);
    const before = this.entries[place - 1];
    const isSame = before && equal(before.entry.get(3), one.entry.get(3));
    if (isSame && before.seq === one.seq) return wrong("chain-forked", values);
    if (isSame && BigInt(before.seq) + 1n === BigInt(one.seq)) return equal(before.hash, previous) ? proved("chain-follows", values) : wrong("chain-broken", values);
    return open("chain-predecessor-absent", { ...values, previous: hex(previous) });
  }

  async content(one) {
    if (one.fact === 4) await this.acknowledgement(one.content);
    else if (one.fact === 10) {
      await this.signature(one.content.get(5), one.content.get(6), one.content.get(4));
      this.lines.push(open("countersigner-as-recorded", { name: one.content.get(2) }), position(one.content.get(9)));
    } else if (one.fact === 11) this.lines.push(this.part(one.content.get(1), "photo"), open("seal-reading", { reads: one.content.get(2) }));
    else if (one.fact === 20) this.lines.push(this.part(one.content.get(5), "attached"), position(one.content.get(7)));
    else if (one.fact === 1 || one.fact === 2) this.lines.push(position(one.content));
  }

  async acknowledgement(paper) {
    const carried = exact(STATEMENT, paper.get(3))?.[1][0];
    await this.statement(paper, carried);
    const own = paper.get(14);
    const model = own ? exact(MODEL, own) : carried?.get(8);
    const drawn = model && hex(await sha256(own ?? encode(model)));
    const values = model && { title: model.get(3), template: model.get(0), version: String(model.get(1)), hash: drawn };
    this.lines.push(drawn === hex(paper.get(4)) ? proved("paper-drawn", values) : wrong("paper-drawn-differs"));
    const [currency] = paper.get(5);
    this.lines.push(fits(paper, carried) ? proved("paper-total", { total: amount(paper.get(5)), currency }) : wrong("paper-total-differs"));
    const clause = this.clauses.get(hex(paper.get(6)));
    if (paper.get(18)?.get(0) === 1) this.lines.push(wrong("method-withheld"));
    else this.lines.push(clause === undefined ? open("method-absent", { hash: hex(paper.get(6)) }) : proved("method-held", { text: clause }));
    const effect = paper.get(15);
    this.lines.push(effect ? proved("paper-effect", { lines: String(effect.get(1).length), version: String(effect.get(0)) }) : open("paper-effect-absent"));
    await this.signature(paper.get(9), paper.get(10), paper.get(8));
    const signer = paper.get(7);
    this.lines.push(open("signer-as-recorded", { name: signer.get(0), title: signer.get(1), proof: signer.get(3), capacity: word("capacity", CAPACITIES[signer.get(2)]) }));
    this.lines.push(open(paper.get(11).has(1) ? "viewing-to-the-end" : "viewing-not-to-the-end"), position(paper.get(12)));
  }

  async statement(paper, carried) {
    const hash = hex(paper.get(2));
    if (hex(await sha256(paper.get(3))) !== hash) return this.lines.push(wrong("statement-differs"));
    if (!carried) return this.lines.push(wrong("statement-unreadable"));
    if (!equal(carried.get(2), paper.get(1)) || !equal(carried.get(1), this.manifest.get(1))) return this.lines.push(wrong("statement-of-another"));
    const snapshot = this.statements.get(hash);
    if (!snapshot) return this.lines.push(open("statement-signature-absent", { hash }));
    const fault = await faultOf(this.server, snapshot.get(0), snapshot.get(1), "countersign-snapshot-1");
    return this.lines.push(fault ? wrong("statement-signature-broken", { why: word("why", fault), hash }) : by(this.serverPrint, proved("statement-signed", { cut_off: carried.get(4), hash })));
  }

  async signature(strokes, image, commitment) {
    const [raw, drawing] = [strokes, image].map((part) => this.parts.get(hex(part.get(0))));
    const sealed = raw && exact(shape({ 0: uint, 1: bytes(), 2: bytes() }), raw);
    const opens = sealed && equal(await sha256(joined(sealed.get(1), sealed.get(2))), commitment);
    this.lines.push(raw && !opens ? wrong("strokes-differ") : this.part(strokes, "strokes"), this.part(image, "image"));
    if (raw && drawing) this.lines.push(sealed && equal(ascii(svg(sealed.get(2))), drawing) ? proved("image-of-the-strokes") : open("image-not-of-the-strokes"));
  }

  part(part, noun) {
    const raw = this.parts.get(hex(part.get(0)));
    const values = { part: word("part", noun), hash: hex(part.get(0)), size: String(part.get(1)) };
    if (!raw) return open("part-absent", values);
    return raw.length === part.get(1) ? proved("part-held", values) : wrong("part-size-differs", values);
  }

  time(one) {
    const seen = one.entry.get(8)?.get(1);
    const after = seen === undefined ? undefined : Math.min(Math.max(Number(seen), 0), LAST_MS);
    const arrival = this.arrivals.get(hex(one.hash));
    const wall = at(one.entry.get(7).get(0));
    if (!arrival) return this.lines.push({ ...open("time-open", { wall }), after });
    const values = { number: String(arrival.seq), wall };
    const said = after === undefined ? proved("time-before", values) : after > arrival.at ? open("time-contradicts", values) : proved("time-between", values);
    return this.lines.push({ ...by(this.serverPrint, said), after, before: arrival.at });
  }

  unused() {
    const papers = this.entries.map(paperOf).filter(Boolean);
    const named = (keys) => new Set(papers.map((paper) => hex(paper.get(keys))));
    const [parts, clauses, statements] = [new Set(this.entries.flatMap((one) => partsOf(one).map((part) => hex(part.get(0))))), named(6), named(2)];
    for (const { name, digest } of this.objects()) {
      if ((name === "part" && !parts.has(digest)) || (name === "clause" && !clauses.has(digest))) this.lines.push(wrong("object-unnamed", { object: word("object", name), hash: digest }));
    }
    for (const hash of [...this.statements.keys()].sort()) if (!statements.has(hash)) this.lines.push(wrong("object-unnamed", { object: word("object", "statement"), hash }));
  }

  beside() {
    let hasLog = false;
    for (const { kind, name, raw } of this.objects()) {
      if (name === "reading-copy") {
        const copy = exact(shape({ 0: DIGEST, 1: text, 2: bytes() }), raw);
        if (!copy) this.lines.push(wrong("object-unreadable", { object: word("object", name) }));
        else this.lines.push(this.byHash.has(hex(copy.get(0))) ? open("reading-copy-for-reading", { file: copy.get(1) }) : wrong("reading-copy-of-another", { file: copy.get(1) }));
      } else if (name === "log-proof") {
        hasLog = true;
        this.lines.push(open("log-unchecked"));
      } else if (name === "unknown") this.lines.push(open("object-unchecked", { number: String(kind) }));
    }
    if (!hasLog) this.lines.push(open("log-absent"));
  }
}

function fits(paper, carried) {
  const instalments = paper.get(19);
  const [currency, total] = cents(paper.get(5));
  const parts = instalments?.length ? instalments.map((one) => one.get(0)) : carried ? [carried.get(6), carried.get(10)].filter(Boolean) : [];
  return parts.length > 0 && parts.every((part) => part[0] === currency) && parts.reduce((sum, part) => sum + cents(part)[1], 0n) === total;
}

function svg(raw) {
  const sealed = exact(shape({ 0: uint, 1: list(shape({ 0: text, 1: index(2), 2: list(int), 3: list(int), 4: list(int), 5: list(uint) })) }), raw);
  if (!sealed) return "";
  const line = (steps) => {
    let sum = 0;
    return steps.map((step) => (sum += Number(step)));
  };
  const strokes = sealed.get(1).map((stroke) => [line(stroke.get(2)), line(stroke.get(3))]);
  const extremes = (axis) => {
    const all = strokes.flatMap((stroke) => stroke[axis]);
    return all.length === 0 ? [0, 0] : [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  };
  const [[left, right], [top, bottom]] = [extremes(0), extremes(1)];
  const path = strokes.map(([xs, ys]) => xs.map((x, place) => `${place === 0 ? "M" : "L"}${x - left + 400} ${ys[place] - top + 400}`).join("") + (xs.length === 1 ? "l0 0" : "")).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right - left + 800} ${bottom - top + 800}"><path d="${path}" fill="none" stroke="#000" stroke-width="220" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}

function position([variant, [fix]]) {
  if (variant === 1) return open("position-missing");
  return open(fix.get(6) === 0 ? "position-as-recorded" : "position-mocked", { latitude: degrees(fix.get(0)), longitude: degrees(fix.get(1)), crs: SYSTEMS[fix.get(2)], accuracy: String(Math.ceil(Number(fix.get(3)) / 1000)) });
}

const VERDICT = shape({ 0: ID, 1: DIGEST, 2: choice({ 0: [uint], 1: [uint, text] }) });

async function receipt(raw, server) {
  const stored = exact(shape({ 0: bytes(), 1: bytes() }), raw);
  const envelope = stored && exact(shape({ 0: ID, 1: uint, 2: choice({ 0: [SEALED] }) }), stored.get(0));
  const answer = envelope && exact(shape({ 0: list(VERDICT), 1: ms, 2: bytes() }), stored.get(1));
  if (!answer) return { fault: "malformed" };
  const signed = await digestOfParts(ascii("countersign-receipt-1"), word64(answer.get(1)), ...answer.get(0).map(encode));
  const fault = await faultOfRaw(server, signed, answer.get(2));
  if (fault) return { fault };
  const digest = await sha256(stored.get(0));
  const said = answer.get(0).find((it) => equal(it.get(0), envelope.get(0)) && equal(it.get(1), digest) && it.get(2)[0] === 0);
  if (!said) return { fault: "not-admitted" };
  return { hash: hex(await sha256(envelope.get(2)[1][0].get(0))), seq: said.get(2)[1][0], at: answer.get(1) };
}

async function admission(raw, server) {
  const stated = exact(shape({ 0: DIGEST, 1: uint, 2: ms, 3: bytes() }), raw);
  if (!stated) return { fault: "malformed" };
  const signed = await digestOfParts(ascii("countersign-admission-1"), stated.get(0), word64(stated.get(1)), word64(stated.get(2)));
  const fault = await faultOfRaw(server, signed, stated.get(3));
  return fault ? { fault } : { hash: hex(stated.get(0)), seq: stated.get(1), at: stated.get(2) };
}

/** The key of what is wrong with the form, or the bundle with its manifest. */
function read(raw) {
  if (raw.length > LIMIT_BYTES) return { fault: "form-too-large" };
  let bundle;
  try {
    bundle = decode(raw);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { fault: error.why === "not-deterministic" ? "form-not-deterministic" : "form-not-a-bundle" };
  }
  if (!BUNDLE(bundle) || bundle.get(0) !== "countersign-evidence") return { fault: "form-not-a-bundle" };
  if (bundle.get(1) !== 1) return { fault: "form-unknown-version" };
  const manifest = exact(MANIFEST, bundle.get(2));
  if (!manifest) return { fault: "form-not-deterministic" };
  if (manifest.get(0) !== 1) return { fault: "form-unknown-version" };
  if (manifest.get(7).length > OBJECTS_LIMIT || bundle.get(4).length > OBJECTS_LIMIT) return { fault: "form-too-many" };
  if (manifest.get(7).some((listed) => listed.get(0) < 64 && !KINDS.has(listed.get(0)))) return { fault: "form-unknown-object" };
  return { bundle, manifest };
}

/** A fingerprint as people copy it, or undefined when it is none. */
export function fingerprint(typed) {
  const digits = typed.replace(/[\s:-]/g, "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

/**
 * The verdict and the lines about `raw`, a Uint8Array. `trust` is the published fingerprint of the server's key, as 64 digits; without it the best
 * verdict is "unconfirmed".
 */
export async function verify(raw, trust) {
  const bundleDigest = hex(await sha256(raw));
  const { fault, bundle, manifest } = read(raw);
  if (fault) return { bundle: bundleDigest, verdict: "unreadable", lines: [wrong(fault)] };
  const examined = new Examination(bundle, manifest);
  await examined.run(trust, raw.length);
  const { lines } = examined;
  const isWrong = lines.some((it) => it.finding === "wrong");
  return { bundle: bundleDigest, verdict: isWrong ? "wrong" : trust === undefined ? "unconfirmed" : "genuine", lines };
}

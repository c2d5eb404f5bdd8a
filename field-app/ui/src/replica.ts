// The core, as typed calls. Screens import this file; nothing else knows how the shell is reached.

import { call, CoreError, isApple, onChanged, type ErrorKind } from "./bridge";
import type { Money } from "./money";
import type { AttendanceFinding } from "./rows/AttendanceFinding";
import type { AttendanceRecord } from "./rows/AttendanceRecord";
import type { AttendanceView } from "./rows/AttendanceView";
import type { Capacity } from "./rows/Capacity";
import type { CashPaper } from "./rows/CashPaper";
import type { CashTake } from "./rows/CashTake";
import type { CashView } from "./rows/CashView";
import type { ConductRow } from "./rows/ConductRow";
import type { ContactEnd } from "./rows/ContactEnd";
import type { ContactForm } from "./rows/ContactForm";
import type { ContactsView } from "./rows/ContactsView";
import type { Consents } from "./rows/Consents";
import type { CopyForm } from "./rows/CopyForm";
import type { CustomersAsked } from "./rows/CustomersAsked";
import type { CustomersView } from "./rows/CustomersView";
import type { CustomerView } from "./rows/CustomerView";
import type { CountersignRole } from "./rows/CountersignRole";
import type { DeviceRecord } from "./rows/DeviceRecord";
import type { DeviceView } from "./rows/DeviceView";
import type { DisputeRecord } from "./rows/DisputeRecord";
import type { DraftForm } from "./rows/DraftForm";
import type { DraftView } from "./rows/DraftView";
import type { EffectRow } from "./rows/EffectRow";
import type { Begun } from "./rows/Begun";
import type { FollowUpForm } from "./rows/FollowUpForm";
import type { FollowUpsView } from "./rows/FollowUpsView";
import type { FollowUpState } from "./rows/FollowUpState";
import type { FindingRecord } from "./rows/FindingRecord";
import type { GuarantorNamed } from "./rows/GuarantorNamed";
import type { LegalEffectView } from "./rows/LegalEffectView";
import type { LockView } from "./rows/LockView";
import type { Material } from "./rows/Material";
import type { MemberChangeRow } from "./rows/MemberChangeRow";
import type { MemberStatement } from "./rows/MemberStatement";
import type { EvidenceOf } from "./rows/EvidenceOf";
import type { ExportFile } from "./rows/ExportFile";
import type { MissingFix } from "./rows/MissingFix";
import type { NewPart } from "./rows/NewPart";
import type { OutcomeKind } from "./rows/OutcomeKind";
import type { PartPiece } from "./rows/PartPiece";
import type { PartsView } from "./rows/PartsView";
import type { PaperDraft } from "./rows/PaperDraft";
import type { PaperView } from "./rows/PaperView";
import type { Pieces } from "./rows/Pieces";
import type { PiecesTotal } from "./rows/PiecesTotal";
import type { PositionReport } from "./rows/PositionReport";
import type { ReasonCode } from "./rows/ReasonCode";
import type { RefusalScript } from "./rows/RefusalScript";
import type { SealCondition } from "./rows/SealCondition";
import type { SealSheet } from "./rows/SealSheet";
import type { Settings } from "./rows/Settings";
import type { SignedView } from "./rows/SignedView";
import type { Signer } from "./rows/Signer";
import type { SigningView } from "./rows/SigningView";
import type { StatementView } from "./rows/StatementView";
import type { StopView } from "./rows/StopView";
import type { StrokeConsent } from "./rows/StrokeConsent";
import type { SyncReport } from "./rows/SyncReport";
import type { SyncStatus } from "./rows/SyncStatus";
import type { TodayView } from "./rows/TodayView";
import type { ToDoView } from "./rows/ToDoView";
import type { Viewing } from "./rows/Viewing";
import type { Stroke } from "./signing/stroke";

export { CoreError, isApple, onChanged, type ErrorKind };

/** The text fields of a stop's document that a screen edits. */
export type StopField = "notes" | "negotiation" | "reason" | "met_person" | "proposal" | "next_step";

const STOPS_ON_A_PAGE = 200;
const FIX_TIMEOUT_MS = 8_000;

/** This device: enrolled or not, whose, how much is unsent. */
export const device = {
  read: () => call<DeviceView>("device.read"),
  record: () => call<DeviceRecord>("device.record"),
  enrol: (server_url: string, code: string, name: string) => call<DeviceView>("device.enrol", { server_url, code, name }),
};

/** The lock. While it is closed the core answers nothing but this, the device and a sync. */
export const lock = {
  read: () => call<LockView>("lock.read"),
  set: (pin: string) => call<LockView>("lock.set", { pin }),
  open: (pin: string) => call<LockView>("lock.open", { pin }),
  /** The platform asks its owner; what it says goes straight to the core. */
  confirm: (title: string, cancel: string) => call<LockView>("lock.confirm", { title, cancel }),
  change: (old: string, pin: string) => call<LockView>("lock.change", { old, new: pin }),
  close: () => call<LockView>("lock.close"),
  keep: (auto_lock_minutes: number, owner_unlocks: boolean) => call<LockView>("lock.keep", { auto_lock_minutes, owner_unlocks }),
  used: (in_ceremony: boolean) => call<LockView>("lock.used", { in_ceremony }),
};

/** What this platform has; a screen offers nothing else. */
export const services = {
  read: () => call<{ readonly camera: boolean; readonly owner: boolean }>("device.services"),
};

export type Protection = "secure" | "open";
export const screenService = {
  protect: (protection: Protection) => call<unknown>("screen.protect", { protection }),
};

/** Asks whether the phone's owner holds it, where the platform can. Throws unless it is he, or nobody can be asked. */
export const owner = {
  confirm: async (title: string, cancel: string): Promise<void> => {
    if (!(await services.read()).owner) return;
    const said = await call<"confirmed" | "cancelled" | "locked_out" | "unavailable">("owner.confirm", { title, cancel });
    if (said === "cancelled" || said === "locked_out") throw new CoreError("fix", "owner-not-confirmed");
  },
};

export const sync = {
  run: () => call<SyncReport>("sync.run"),
  read: () => call<SyncStatus>("sync.read"),
  /** One envelope with its attachments as a file, or everything without a receipt. */
  export: (envelope?: string) => call<ExportFile>("sync.export", envelope === undefined ? {} : { envelope }),
};

export const today = {
  /** The first `count` stops, read in as many pages as it takes. */
  read: async (count = 1): Promise<TodayView> => {
    const view = await call<TodayView>("today.read", { limit: Math.min(count, STOPS_ON_A_PAGE), offset: 0 });
    for (let offset = STOPS_ON_A_PAGE; offset < Math.min(count, view.stops_total); offset += STOPS_ON_A_PAGE) {
      const next = await call<TodayView>("today.read", { limit: Math.min(count - offset, STOPS_ON_A_PAGE), offset });
      view.stops.push(...next.stops);
    }
    return view;
  },
};

export const settings = {
  read: () => call<Settings>("settings.read"),
  keep: (chosen: Settings) => call<Settings>("settings.keep", chosen),
};

/** The draft of a form of a stop or customer; `about` names the entry, contact or follow-up that it is about. */
export type DraftOf = ({ readonly stop: string } | { readonly customer: string }) & { readonly form: DraftForm; readonly about?: string };

export const drafts = {
  read: (of: DraftOf) => call<DraftView | null>("draft.read", of),
  keep: (of: DraftOf, content: string) => call<unknown>("draft.keep", { ...of, content }),
  drop: (of: DraftOf) => call<unknown>("draft.drop", of),
};

/** Asks the platform where we are. A missing position is an answer, never an error. */
export const position = {
  read: () => call<PositionReport>("position.read", { timeout_ms: FIX_TIMEOUT_MS }),
};

/** The device's clocks; `monotonic_ms` is what a viewing is measured in. */
export const clock = {
  read: () => call<{ readonly monotonic_ms: number }>("clock.read"),
};

/** The parameters of a call that says where it happened. */
function whereabouts(report: PositionReport): { fix: unknown } | { missing: MissingFix } {
  return "fix" in report ? { fix: report.fix } : { missing: report.missing };
}

export const stops = {
  read: (stop: string) => call<StopView>("stop.read", { stop }),
  checkIn: (stop: string, at: PositionReport) => call<unknown>("stop.check_in", { stop, ...whereabouts(at) }),
  checkOut: (stop: string, at: PositionReport) => call<unknown>("stop.check_out", { stop, ...whereabouts(at) }),
  /** `base` is the text that the change was made from, so that what a colleague wrote meanwhile stays. */
  edit: (stop: string, field: StopField, value: string, base: string) =>
    call<unknown>("stop.edit", { stop, field, value, base }),
  pack: (stop: string, material: Material, is_packed: boolean) => call<unknown>("stop.pack", { stop, material, is_packed }),
};

type Chosen = { readonly paper: PaperDraft; readonly guarantors: readonly GuarantorNamed[] };

export const papers = {
  read: (stop: string, { paper, guarantors }: Chosen) => call<PaperView>("paper.read", { stop, paper, guarantors }),
};

export type EffectAsked = Chosen & { readonly stop: string; readonly seal: SealCondition; readonly capacity: Capacity; readonly title: string };
export type SigningStart = Chosen & {
  readonly stop: string;
  readonly seal: SealCondition;
  readonly signer: Signer;
  readonly consents: Consents;
  readonly stroke_consent: StrokeConsent;
  readonly viewing: Viewing;
};

export const signings = {
  effect: (asked: EffectAsked) => call<LegalEffectView>("signing.effect", asked),
  effects: (capacity: Capacity) => call<EffectRow[]>("signing.effects", { capacity }),
  begin: (start: SigningStart) => call<SigningView>("signing.begin", start),
  read: (stop: string) => call<SigningView | null>("signing.read", { stop }),
  stroke: (signing: string, stroke: Stroke) => call<unknown>("signing.stroke", { signing, stroke }),
  undo: (signing: string) => call<unknown>("signing.undo", { signing }),
  finish: (signing: string, at: PositionReport) => call<{ entry: string }>("signing.finish", { signing, ...whereabouts(at) }),
  abandon: (signing: string) => call<unknown>("signing.abandon", { signing }),
};

export type CountersignStart = {
  readonly entry: string;
  readonly role: CountersignRole;
  readonly name: string;
  readonly member: string | null;
  readonly stroke_consent: StrokeConsent;
};
export const countersignatures = {
  effect: (name: string) => call<LegalEffectView>("countersign.effect", { name }),
  begin: (start: CountersignStart) => call<SigningView>("countersign.begin", start),
};

/** What is bound to a signed paper afterwards. */
export const seals = {
  sheet: (entry: string) => call<SealSheet>("seal.sheet", { entry }),
  record: (entry: string, photo: string, reads: string) => call<unknown>("seal.record", { entry, photo, reads }),
};
export const copies = {
  record: (entry: string, person: string, form: CopyForm) => call<unknown>("copy.record", { entry, person, form }),
};

export type RefusalRecord = {
  readonly stop: string;
  readonly paper: PaperDraft;
  readonly person: string;
  readonly reason: ReasonCode;
  readonly words: string;
  readonly members: readonly MemberStatement[];
  readonly label: string;
  readonly post_by: string;
};
export const refusals = {
  script: (stop: string) => call<RefusalScript>("refusal.script", { stop }),
  record: (refusal: RefusalRecord) => call<unknown>("refusal.record", refusal),
  witness: (stop: string, refusal: string, words: string) => call<unknown>("refusal.witness", { stop, refusal, words }),
  posted: (stop: string, refusal: string, posted: string, number: string) =>
    call<unknown>("posting.record", { stop, refusal, posted, number }),
};

export const promises = {
  record: (stop: string, amount: Money, due: string) => call<unknown>("promise.record", { stop, amount, due }),
};

/** Who was there; `check` says what would be marked. */
export const attendances = {
  read: (stop: string) => call<AttendanceView>("attendance.read", { stop }),
  check: (record: AttendanceRecord) => call<AttendanceFinding[]>("attendance.check", record),
  record: (record: AttendanceRecord) => call<unknown>("attendance.record", record),
};
export type { AttendanceRecord };

/** What the customer disputes, and what was found about it. */
export const disputes = {
  record: (dispute: DisputeRecord) => call<unknown>("dispute.record", dispute),
  find: (finding: FindingRecord) => call<{ readonly entry: string }>("finding.record", finding),
};

export const statements = {
  read: (stop: string) => call<StatementView>("statement.read", { stop }),
};

export type OutcomeRecord = { readonly stop: string; readonly kind: OutcomeKind; readonly reason: ReasonCode | null; readonly summary: string };
export const outcomes = {
  record: (outcome: OutcomeRecord) => call<unknown>("outcome.record", outcome),
};

export const conflicts = {
  settle: (document: string, field: string, value: string) => call<unknown>("conflict.settle", { document, field, value }),
};

export const sendBacks = {
  answer: (stop: string, sent_back: string, text: string) => call<unknown>("send_back.answer", { stop, sent_back, text }),
};

/** Contacts of a customer. `key` names one; a new one's is made by the form before its first attempt. */
export const contacts = {
  list: (customer: string) => call<ContactsView>("contact.list", { customer }),
  add: (customer: string, key: string, contact: ContactForm) => call<unknown>("contact.add", { customer, key, contact }),
  edit: (customer: string, key: string, contact: ContactForm) => call<unknown>("contact.edit", { customer, key, contact }),
  end: (customer: string, key: string, end: ContactEnd, valid_until: string) => call<unknown>("contact.end", { customer, key, end, valid_until }),
  restore: (customer: string, key: string) => call<unknown>("contact.restore", { customer, key }),
  join: (customer: string, key: string, into: string) => call<unknown>("contact.join", { customer, key, into }),
  part: (customer: string, key: string) => call<unknown>("contact.part", { customer, key }),
  holdApart: (customer: string, key: string, into: string) => call<unknown>("contact.hold_apart", { customer, key, into }),
  history: (customer: string, key: string) => call<MemberChangeRow[]>("contact.history", { customer, key }),
};

const TO_DO_ON_A_PAGE = 100;

/** What is still to be done for a customer; `list` is everything that this phone's user has to do. */
export const followUps = {
  /** The first `count`, read in as many pages as it takes. */
  list: async (count: number): Promise<ToDoView> => {
    const view = await call<ToDoView>("follow_up.list", { offset: 0, limit: Math.min(count, TO_DO_ON_A_PAGE) });
    for (let offset = TO_DO_ON_A_PAGE; offset < Math.min(count, view.total); offset += TO_DO_ON_A_PAGE) {
      const next = await call<ToDoView>("follow_up.list", { offset, limit: Math.min(count - offset, TO_DO_ON_A_PAGE) });
      view.rows.push(...next.rows);
    }
    return view;
  },
  read: (customer: string, offset: number, limit: number) => call<FollowUpsView>("follow_up.read", { customer, offset, limit }),
  check: (customer: string, follow_up: FollowUpForm) => call<ConductRow>("follow_up.check", { customer, follow_up }),
  add: (customer: string, key: string, follow_up: FollowUpForm) => call<unknown>("follow_up.add", { customer, key, follow_up }),
  edit: (customer: string, key: string, follow_up: FollowUpForm) => call<unknown>("follow_up.edit", { customer, key, follow_up }),
  close: (customer: string, key: string, state: FollowUpState, reason: string) => call<unknown>("follow_up.close", { customer, key, state, reason }),
  reopen: (customer: string, key: string) => call<unknown>("follow_up.reopen", { customer, key }),
  history: (customer: string, key: string) => call<MemberChangeRow[]>("follow_up.history", { customer, key }),
};

export const entries = {
  read: (entry: string) => call<SignedView>("entry.read", { entry }),
  /** An evidence bundle under this phone's key. */
  evidence: (of: EvidenceOf) => call<ExportFile>("evidence.export", of),
  /** Makes sure that the paper can be drawn as a PDF; the shell answers `url` with it. */
  pdf: (entry: string) => call<{ readonly file_name: string; readonly url: string }>("entry.pdf", { entry }),
};

/** The platform's camera. A photo is a file of the shell until the core has stored it. */
export const photos = {
  /** The photo and where it lies; undefined when the user went back without one. */
  capture: async (): Promise<{ readonly path: string; readonly file: File } | undefined> => {
    const said = await call<{ photo: { path: string; media_type: string } } | { missing: "denied" | "cancelled" | "unavailable" }>("photo.capture");
    if ("missing" in said) {
      if (said.missing === "cancelled") return undefined;
      throw new CoreError("fix", `camera-${said.missing}`);
    }
    const { path, media_type } = said.photo;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let offset = 0, size = Infinity; offset < size; ) {
      const { size_bytes, content } = await call<{ size_bytes: number; content: string }>("photo.read", { path, offset });
      const piece = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
      if (piece.length === 0) break;
      pieces.push(piece);
      offset += piece.length;
      size = size_bytes;
    }
    return { path, file: new File(pieces, path.split("/").at(-1) ?? "", { type: media_type }) };
  },
  drop: (path: string) => call<unknown>("photo.drop", { path }),
};

/** Photos, sounds and files of a stop. Bytes travel in base 64. */
export const parts = {
  list: (stop: string, offset: number, limit: number) => call<PartsView>("part.list", { stop, offset, limit }),
  begin: (part: NewPart, size_bytes: number) => call<Begun>("part.begin", { part, size_bytes }),
  piece: (capture: string, ordinal: number, content: string) => call<unknown>("part.piece", { capture, ordinal, content }),
  finish: (capture: string, at?: PositionReport, thumbnail?: string) =>
    call<unknown>("part.finish", { capture, ...(at && { position: at }), ...(thumbnail && { thumbnail }) }),
  abandon: (capture: string) => call<unknown>("part.abandon", { capture }),
  /** The whole file. Every piece but the last has a number of bytes that three divides, so that the texts can be joined. */
  whole: async (entry: string): Promise<PartPiece> => {
    const first = await call<PartPiece>("part.read", { entry, offset: 0 });
    let content = first.content;
    for (let at = decoded(content); at < first.size_bytes; at = decoded(content)) {
      const next = await call<PartPiece>("part.read", { entry, offset: at });
      if (next.content === "") throw new CoreError("gone", "part");
      content += next.content;
    }
    return { ...first, content };
  },
};

export const CUSTOMERS_ON_A_PAGE = 50;
/** Customers this phone may hold: those of its salesperson's book and those of its stops. */
export const customers = {
  list: (query: Omit<CustomersAsked, "limit">) => call<CustomersView>("customer.list", { ...query, limit: CUSTOMERS_ON_A_PAGE }),
  search: (query: string, offset: number) => call<CustomersView>("customer.search", { query, offset, limit: CUSTOMERS_ON_A_PAGE }),
  read: (customer: string) => call<CustomerView>("customer.read", { customer }),
};

/** Cash: receipts by running number, void with reason, handed in to finance. */
export const cash = {
  read: (offset: number, limit: number) => call<CashView>("cash.read", { offset, limit }),
  count: (pieces: readonly Pieces[]) => call<PiecesTotal>("cash.count", { pieces }),
  take: (take: CashTake) => call<{ entry: string }>("cash.take", take),
  void: (receipt: string, reason: string) => call<unknown>("cash.void", { receipt, reason }),
  handIn: (receipts: readonly string[]) => call<unknown>("cash.hand_in", { receipts }),
  paper: (receipt: string) => call<CashPaper>("cash.paper", { receipt }),
};

/** How many bytes a text in base 64 stands for. */
function decoded(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

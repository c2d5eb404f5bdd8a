// Stands in for the core's dispatch(json) -> json, with one plan of three stops in every state that a screen draws.

import { fakeCustomers } from "./fake-customers.mjs";

const CNY = (amount) => ({ currency: "CNY", amount });
const DAY = "2026-07-15";
const AT = Date.parse("2026-07-15T01:40:00Z");
const hash = (digit) => String(digit).repeat(64);

const numberRow = (text) => ({ text, uri: `tel:${text.replaceAll(/[^0-9+]/g, "")}` });
const contactRow = (key, name, more) => ({ key, name, title: "", role: null, note: "", numbers: [], end: null, valid_until: null, is_valid: true, call: "open", joined: [], ...more });

function stopRow(order, name, more) {
  return {
    stop: `stop-${order}`, plan: "plan-1", day: DAY, order, customer: `customer-${order}`, code: `K00${order}27`, name,
    address: "江苏省苏州市吴江区盛泽镇舜湖西路 188 号 3 幢 2 层", contact: "王经理", phone: "13800001234",
    materials: ["statement", "contract", "demand_letter", "visit_receipt"], packed: [], materials_missing: ["contract", "demand_letter"], offline_missing: [],
    call: { name: order > 3 ? "样例联系人036" : "王经理", text: "138 0000 1234", uri: "tel:13800001234" }, map_point: "30.9112345,120.6543210", distance_m: 400 + order * 840, total: CNY("386420.00"), days_past_due: 94, bucket: "d61_90",
    status: "planned", outcome: null, promise: null, is_signed: false, has_conflict: false, open_send_backs: 0, state: null, ...more,
  };
}

const RENDER_MODEL = {
  template: "statement-a", template_version: 1, language: "zh-CN", title: "对账单",
  rows: [
    { label: "债权人", value: "苏州恒力线缆有限公司" },
    { label: "债务人", value: "华东电缆（吴江）有限公司" },
    { label: "截止日", value: "2026年6月30日" },
    { label: "尚欠本金", value: "¥386,420.00" },
    { label: "大写", value: "人民币叁拾捌万陆仟肆佰贰拾元整" },
    { label: "账目快照", value: "9f3a51c2" },
  ],
  clauses: [
    "截至2026年6月30日，贵公司尚欠我公司货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）。请贵公司支付上述款项。",
    "本对账单仅确认本金，不影响合同约定的逾期付款违约责任。",
  ],
};
const AGREED = "双方同意：在本设备屏幕上手写签名，与在纸上签名具有同样的约束力；签名连同对账单内容一并封存。";
const EFFECTS = {
  duty_holder: [
    { effect: "demand_received", answer: "needs_proof" },
    { effect: "amount_admitted", answer: "needs_proof" },
    { effect: "promise_binding", answer: "no" },
  ],
};
const YES = ["demand_received", "amount_admitted", "promise_binding"].map((effect) => ({ effect, answer: "yes" }));

const position = (at_ms, more) => ({ at_ms, missing: null, accuracy_m: 12, age_ms: 4000, is_mocked: false, is_stale: false, distance_m: 40, fence: "inside", ...more });
const entry = (kind, state, at_ms, more = {}, author_name = "李伟") => ({
  entry: `entry-${kind}-${at_ms}`, stop: "stop-2", at_ms, author: "user-1", author_name, hash: hash(3), state, held_code: null,
  parts_complete: 0, parts_total: 0, amends: null, position: null, ...more, detail: { kind, ...more.detail },
});

/** A core for one page: `dispatch` answers, `strokes` is what it was given. */
/** What outlives a process: hand it to the next fake core. */
export const disk = () => ({ drafts: new Map(), settings: { language: null, text_percent: 100, theme: "system" }, lock: { pin: null, wrong: 0, minutes: 5, owner: false } });

const ANSWERED_WHILE_LOCKED = new Set(["lock.read", "lock.open", "lock.confirm", "lock.close", "device.read", "device.enrol", "device.services", "settings.read", "settings.keep", "screen.protect", "sync.run"]);

/** The lock over what `kept` has of it; a new core is closed when there is a PIN. `owner` is what the finger says. */
function fakeLock(kept, owner, shots) {
  const lock = kept.lock;
  const watch = { isOpen: lock.pin === null, waitUntil: lock.waitMs ? Date.now() + lock.waitMs : 0, ceremonies: [], idleMs: 300_000 };
  const state = () => (lock.pin === null ? "off" : lock.wrong >= 10 ? "spent" : watch.isOpen ? "open" : "closed");
  const view = () => ({ state: state(), tries_left: 10 - lock.wrong, wait_ms: Math.max(0, watch.waitUntil - Date.now()), auto_lock_minutes: lock.minutes, idle_ms: state() === "open" ? watch.idleMs : 0, owner: lock.owner ? "ready" : "off", sync_waits: state() === "spent" });
  const check = (pin) => {
    if (watch.waitUntil > Date.now()) throw { kind: "wait", ref: "pin-wait" };
    if (pin === lock.pin) return void (lock.wrong = 0);
    lock.wrong += 1;
    if (lock.wrong >= 3) watch.waitUntil = Date.now() + 2_000;
    throw lock.wrong >= 10 ? { kind: "sign_in", ref: "lock-spent" } : { kind: "fix", ref: "pin-wrong" };
  };
  const chosen = (pin) => {
    if (pin.length < 6) throw { kind: "fix", ref: "pin-too-short" };
    if (pin === "123456") throw { kind: "fix", ref: "pin-trivial" };
    lock.pin = pin;
  };
  const methods = {
    "lock.read": view,
    "lock.set": ({ pin }) => (chosen(pin), (watch.isOpen = true), view()),
    "lock.open": ({ pin }) => (check(pin), (watch.isOpen = true), view()),
    "lock.confirm": () => {
      if (owner !== "confirmed") throw { kind: "fix", ref: "owner-cancelled" };
      return (watch.isOpen = true), view();
    },
    "lock.change": ({ old, new: pin }) => (check(old), chosen(pin), view()),
    "lock.close": () => ((watch.isOpen = false), view()),
    "lock.keep": ({ auto_lock_minutes, owner_unlocks }) => (Object.assign(lock, { minutes: auto_lock_minutes, owner: owner_unlocks }), view()),
    "lock.used": ({ in_ceremony }) => (watch.ceremonies.push(in_ceremony), view()),
    "owner.confirm": () => owner,
    "device.services": () => ({ camera: shots !== undefined, owner: owner !== undefined }),
    "photo.capture": () => (shots.length > 0 ? { photo: { path: "/photos/1.jpg", media_type: "image/png" } } : { missing: "denied" }),
    "photo.read": ({ offset }) => ({ size_bytes: shots[0].length, content: shots[0].subarray(offset, offset + 30_000).toString("base64") }),
    "photo.drop": () => (shots.shift(), null),
  };
  return { methods, watch, state };
}

const draftKey = ({ stop, customer, form, about }) => [stop ?? customer, form, about ?? ""].join(" ");

/** `stops` adds planned ones; `today` is "full" or what it lacks; `fix` is where the platform says the phone is; `sync` is "safe" when everything is received. */
export function fakeCore({ enrolled = true, kept = disk(), stops = 0, today = "full", sync = "unsent", customers = 120, owner, shots, fix } = {}) {
  const lock = fakeLock(kept, owner, shots);
  const protections = [];
  const device = { enrolled, user_name: enrolled ? "李伟" : "", organisation_name: enrolled ? "苏州恒力线缆有限公司" : "", device_id: null, unsent: 7, held: 1, last_sync_ms: AT - 3_600_000, server_url: "http://127.0.0.1:8080" };
  const rows = [
    stopRow(1, "华东电缆（吴江）有限公司"),
    stopRow(2, "盛泽远大纺织科技股份有限公司", { status: "left", outcome: "signed", is_signed: true, has_conflict: true, open_send_backs: 1, state: "sent", total: CNY("1280300.50"), promise: { entry: "entry-p", amount: CNY("50000.00"), due: "2026-07-31" } }),
    stopRow(3, "平望精密机械厂", { total: CNY("9800.00"), days_past_due: 12, status: "accepted", outcome: "promised_orally", state: "receipted" }),
  ];
  for (let order = 4; order < 4 + stops; order++) rows.push(stopRow(order, `第 ${order} 家样例公司`));
  if (sync === "safe") Object.assign(device, { unsent: 0, held: 0 });
  const strokes = [];
  const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
  const partRow = (i, more) => ({ entry: `entry-part-${i}`, about: null, part: "site", media_type: "png", name: "", caption: "", size_bytes: 2_400_000, at_ms: AT + i * 60_000, author_name: "李伟", state: "local", parts_complete: 0, parts_total: 2, thumbnail: PIXEL, is_here: true, ...more });
  const attached = [
    partRow(1, { caption: "厂区大门，两辆货车正在装货", state: "receipted", parts_complete: 2 }),
    partRow(2, { part: "proof_of_authority", state: "sent", parts_complete: 1, name: "IMG_20260715_094122_HDR.jpg", author_name: "陈刚", is_here: false, thumbnail: null }),
    partRow(3, { part: "audio", media_type: "mp4_audio", caption: "", thumbnail: null, parts_total: 1 }),
  ];
  const captures = [{ capture: "capture-old", part: "goods", name: "IMG_2.jpg", stored_bytes: 900_000, size_bytes: 3_100_000, begun_ms: AT + 200_000 }];
  const pieces = [];
  const cashRow = (i, more) => ({ receipt: `receipt-${i}`, stop: "stop-1", hand_in: null, customer_name: "华东电缆（吴江）有限公司", serial: `00000${i}`, amount: CNY("1303.00"), payer: "张敏", taken_by: "user-1", taken_by_name: "李伟", at_ms: AT + i * 60_000, state: "open", is_late: false, void_reason: null, object: "local", ...more });
  const receipts = [
    cashRow(4), cashRow(3, { state: "handed_in", object: "sent", is_late: true }), cashRow(2, { state: "voided", void_reason: "付款人写错", object: "receipted" }),
    cashRow(1, { state: "confirmed", object: "receipted", customer_name: "盛泽远大纺织科技股份有限公司" }),
  ];
  const edits = [];
  const disputeRow = (i, more) => ({ dispute: `dispute-${i}`, stop: "stop-2", customer: "customer-2", at_ms: AT + 1_000_000, author: "user-2", author_name: "陈刚", about: "quality", documents: ["HT-2026-0113-07"], words: "主轴有异响，修好之前不付款。", amount: CNY("20000.00"), person: "张敏", title: "设备科长", objection: { received: "2026-01-10", period: { warranty_months: 12 }, last_day: "2027-01-10", verdict: "within_outer_limit" }, state: "open", finding: null, object: "local", ...more });
  const findingRow = (more) => ({ entry: "finding-1", at_ms: AT + 1_100_000, author: "user-2", author_name: "陈刚", finding: "partly", words: "轴承润滑不足，主轴完好。", remedy: "repair", remedy_words: "当场加注润滑脂", agreed: null, signed: null, object: "local", ...more });
  const disputes = [
    disputeRow(1, { state: "closed", finding: findingRow({ signed: { entry: "entry-signed", signer_name: "张敏", at_ms: AT + 1_200_000, countersigned_by: ["陈刚"] } }) }),
    disputeRow(2, { about: "amount", objection: null, amount: CNY("1280.50"), words: "有一笔回款没有入账。", state: "found", finding: findingRow({ entry: "finding-2", remedy: "reconciliation", remedy_words: "", words: "核对后少记一笔。", agreed: CNY("0.00") }) }),
    disputeRow(3, { words: "漆面起泡。", amount: null, documents: [], objection: null }),
  ];
  const attendance = { kind: "attendance", team: [{ member: "user-1", name: "李伟" }], met: [{ name: "张敏", title: "财务", capacity: "duty_holder" }], customer: "company", place: "premises", third_persons: [], recording: "announced", hour: "no", reason: "", findings: ["one_of_the_team"] };
  const attended = [];
  let signing = null;
  const text = { notes: "", negotiation: "", reason: "", met_person: "", proposal: "", next_step: "" };
  const statement = (stop) => ({ stop, statement: hash(7), form: "statement_a", cut_off: "2026-06-30", render_model: RENDER_MODEL, render_model_digest: hash(9), hash_short: "9f3a51c2", total: CNY("386420.00"), total_words: "叁拾捌万陆仟肆佰贰拾元整", lines: [["HT-2026-0113-07", "2026-03-31", "200000.00"], ["HT-2026-0204-11", "2026-04-30", "186420.00"]].map(([document, due, sum]) => ({ document, invoiced: null, due, amount: CNY(sum), received: CNY("0.00"), outstanding: CNY(sum) })), agreed_method: AGREED });
  const visited = {
    text: { notes: "仓库有大批成品，车间两条线在开。", negotiation: "财务张敏称公司正在等回款，月底前先付五万。", reason: "delay", met_person: "张敏（财务）", proposal: "分三期支付", next_step: "7 月 31 日核对到账" },
    check_in: position(AT), check_out: position(AT + 3_000_000, { missing: "timed_out", accuracy_m: null, distance_m: null, fence: "unknown" }),
    timeline: [
      entry("check_in", "receipted", AT, { position: position(AT) }),
      entry("acknowledgement", "sent", AT + 1_200_000, { parts_complete: 1, parts_total: 2, detail: { paper: "statement_a", signer_name: "张敏", signer_title: "财务", capacity: "duty_holder", total: CNY("1280300.50") } }),
      entry("attendance", "local", AT + 300_000, { detail: attendance }),
      entry("dispute", "local", AT + 1_000_000, { detail: { about: "quality", documents: ["HT-2026-0113-07"], words: "主轴有异响，修好之前不付款。", amount: CNY("20000.00"), person: "张敏", title: "设备科长", received: "2026-01-10", period: null } }),
      entry("dispute_finding", "local", AT + 1_100_000, { detail: { about: "quality", finding: "partly", words: "轴承润滑不足，主轴完好。", remedy: "repair", remedy_words: "", agreed: null } }),
      entry("promise", "local", AT + 1_500_000, { detail: { amount: CNY("50000.00"), due: "2026-07-31", supersedes: null } }),
      entry("outcome", "held", AT + 1_600_000, { held_code: "out_of_scope", detail: { outcome: "signed", reason: null, summary: "财务已签，缺公章。" } }),
      entry("check_out", "local", AT + 3_000_000, { position: position(AT + 3_000_000, { missing: "timed_out" }) }),
    ],
    conflicts: [{ document: "document-2", document_kind: "stop", field: "reason", values: [
      { value: "delay", author: "user-1", author_name: "李伟", at_ms: AT + 900_000 },
      { value: "no_funds", author: "user-2", author_name: "陈刚", at_ms: AT + 1_020_000 },
    ] }],
    sent_backs: [{ entry: "entry-sb", about: "entry-o", field: "对账单", reason: "请说明为何没有加盖公章，补充授权书照片的说明。", deadline: "2026-07-18", author_name: "周经理", at_ms: AT + 40_000_000, answer: null, answer_state: null }],
    signings: [{ entry: "entry-signed", at_ms: AT + 1_200_000, paper: "statement_a", completeness: { countersigned: [], guarantors_missing: [], seal: "advised", seals: [], copy_with: null, parts_complete: 1, parts_total: 2, is_complete: false }, signer_name: "张敏", capacity: "duty_holder", total: CNY("1280300.50"), state: "sent" }],
  };
  const stop = (id) => {
    const row = rows.find((one) => one.stop === id);
    if (!row) throw { kind: "gone", ref: "stop" };
    const own = id === "stop-2" ? visited : { text, check_in: row.status === "planned" ? null : position(AT, row.fix), check_out: null, timeline: [], conflicts: [], sent_backs: [], signings: [] };
    const { text: fields, ...parts } = own;
    return { row, site: null, document: `document-${row.order}`, customer_document: "c", is_editable: true, may_sign: true, may_find_on: ["quality", "amount"], disputes: id === "stop-2" ? disputes : [], customer_notes: "", contacts: id === "stop-2" ? people.rows : [], follow_ups: id === "stop-2" ? 2 : 0, ...fields, ...parts,
      statement: row.total && { statement: hash(7), cut_off: "2026-06-30", total: row.total, total_words: "", lines: 4, hash_short: "9f3a51c2" },
      settlement: id === "stop-1" && row.total ? { statement: hash(8), cut_off: "2026-06-30", principal: row.total, interest: CNY("11592.60"), total: CNY("398012.60"), hash_short: "51c29f3a" } : null, posting: null, attached: attached.length, parts_complete: 7, parts_total: 9, captures: captures.length, open_signing: signing && signing.stop === id ? signing.signing : null,
      drafts: [...kept.drafts].map(([key, { at_ms }]) => ({ key: key.split(" "), at_ms })).filter(({ key }) => key[0] === id).map(({ key, at_ms }) => ({ form: key[1], about: key[2] || null, at_ms })) };
  };
  const complete = { countersigned: [], guarantors_missing: ["样例王某"], seal: "missing", seals: [], copy_with: null, parts_complete: 0, parts_total: 2, is_complete: false };
  const photos = [];
  const begun = [];
  const effectShown = (capacity, guarantors) => ({ rule_version: 1, last_day: "2029-07-16", act_by: "2029-07-15", lines: [
    "① 本对账单载明截至2026年6月30日尚欠货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）",
    "② 如能证明送达，诉讼时效自2026年7月15日起重新计算，至2029年7月16日届满（民法典195、203条）",
    ...guarantors.map((one) => `③ 保证人${one.name}未签字，不受本确认约束，其保证期间不变（692、695条）`),
    `④ 签署人身份：${capacity}`, "辅助说明，非法律意见",
  ] });
  const PAPERS = { statement: ["statement_a", "对账单"], settlement: ["statement_b", "对账单（全额结清）"], promise: ["promise", "还款承诺书"], visit_receipt: ["visit_receipt", "到访回执单"], demand_letter_receipt: ["demand_letter_receipt", "催款函回执"], dispute_finding: ["dispute_finding", "异议处理结论书"] };
  const paperView = (id, paper) => {
    const [kind, title] = PAPERS[paper.kind];
    return { stop: id, statement: hash(7), kind, render_model: { ...RENDER_MODEL, title }, render_model_digest: hash(9), hash_short: "9f3a51c2", total: CNY("386420.00"), total_words: "叁拾捌万陆仟肆佰贰拾元整", findings: [], agreed_method: AGREED };
  };
  const ceremony = (id) => ({ signing: "signing-1", stop: id, statement: hash(7), paper: "statement_a", countersigns: null, role: null, total: CNY("386420.00"), total_words: "叁拾捌万陆仟肆佰贰拾元整", effect: effectShown("财务", []), hash_short: "9f3a51c2", viewing: { opened_ms: 1, scrolled_to_end_ms: 2, total_confirmed_ms: 3 }, state: "open", entry: null });
  const signingView = () => signing && { ...signing, strokes: [...strokes], is_long_enough: strokes.reduce((sum, one) => sum + one.x.length, 0) > 20 };
  const items = [
    ["outcome", "held", "out_of_scope"], ["acknowledgement", "sent", null], ["promise", "local", null], ["check-out", "local", null], ["check-in", "receipted", null],
  ].map(([title, state, held_code], i) => ({ id: `item-${i}`, kind: "entry", title_key: `sync-item-${title}`, subject: "盛泽远大纺织科技股份有限公司", state, held_code, decided: null, size_bytes: 812, at_ms: AT + i * 60_000 }));
  const people = {
    customer: "customer-2", customer_name: "盛泽远大纺织科技股份有限公司", document: "c", day: DAY, drafts: [], listed: { name: "周经理", number: numberRow("0512-6351 8000") },
    rows: [
      contactRow("contact-1", "王丽", { title: "会计", role: "finance", numbers: [numberRow("138 0000 1234"), numberRow("0512-6351 0000转8012")], note: "下午三点以后才在办公室", joined: [{ key: "contact-9", name: "王会计", title: "", numbers: [numberRow("+86 138-0000-1234")] }] }),
      contactRow("contact-2", "赵建国", { title: "总经理", role: "decides", numbers: [numberRow("139 0000 5678")], end: "left_firm", valid_until: "2026-07-31" }),
      contactRow("contact-3", "沈阿姨", { title: "隔壁门卫", role: "third_person", numbers: [numberRow("137 0000 8888")], call: "only_when_unreachable" }),
      contactRow("contact-4", "钱某", { numbers: [numberRow("136 0000 9999")], end: "refuses", valid_until: DAY, is_valid: false, call: "stopped" }),
    ],
    proposals: [{ first: "contact-1", second: "contact-2", why: "number" }],
    conflicts: [{ document: "c", document_kind: "customer", field: "contacts.contact-1.title", values: [{ value: "会计", author: "user-1", author_name: "李伟", at_ms: AT }, { value: "财务主管", author: "user-2", author_name: "陈刚", at_ms: AT + 60_000 }] }],
    names: { "contact-1": "王丽", "contact-2": "赵建国", "contact-3": "沈阿姨", "contact-4": "钱某", "contact-9": "王会计" },
  };
  const followUp = (key, kind, due, when, more) => ({ key, kind, text: "", due, time: "", when, who: "user-1", who_name: "李伟", contact: "", contact_name: "", state: "open", reason: "", why: "", ...more });
  const plansOf = {
    customer: "customer-2", customer_name: "盛泽远大纺织科技股份有限公司", is_ready: true, day: DAY, total: 3,
    people: [{ user: "user-1", name: "李伟" }, { user: "user-2", name: "陈刚" }, { user: "user-3", name: "周经理" }],
    rows: [
      followUp("follow-1", "callback", "2026-07-14", "late", { time: "19:30", text: "问清第二期付款的日期", contact: "contact-1", contact_name: "王丽", why: "客户自己约定晚上七点半" }),
      followUp("follow-2", "send_paper", "2026-07-16", "this_week", { text: "把盖章的对账单送到财务室", who: null, who_name: "" }),
      followUp("follow-3", "other", "2026-07-10", "late", { text: "向仓库核对退货数量", state: "dropped", reason: "客户已撤回质量异议" }),
    ],
  };
  const toDoRow = (kind, id, due, when, more) => ({ kind, id, due, time: "", when, customer: "customer-2", customer_name: "盛泽远大纺织科技股份有限公司", stop: null, text: "", amount: null, is_anybodys: false, ...more });
  const todo = {
    day: DAY, counts: { late: 2, today: 2, this_week: 2, later: 1 }, total: 7,
    rows: [
      toDoRow("callback", "follow-1", "2026-07-14", "late", { time: "19:30", text: "问清第二期付款的日期" }),
      toDoRow("cash", "", "2026-07-14", "late", { customer: null, customer_name: "", amount: CNY("2606.00") }),
      toDoRow("promise", "p1", DAY, "today", { stop: "stop-2", amount: CNY("50000.00") }),
      toDoRow("posting", "e1", DAY, "today", { stop: "stop-2" }),
      toDoRow("send_paper", "follow-2", "2026-07-16", "this_week", { text: "把盖章的对账单送到财务室", is_anybodys: true }),
      toDoRow("send_back", "e2", "2026-07-18", "this_week", { stop: "stop-2", text: "请说明为何没有加盖公章，补充授权书照片的说明。" }),
      toDoRow("other", "follow-5", "2026-07-27", "later", { text: "月底再看一次付款排期" }),
    ],
  };
  const plans = [
    { plan: "plan-1", title: "盛泽片区 7 月 15 日", day: DAY, vehicle: "苏E·7K283", team: ["李伟", "陈刚"], stops: rows.length, ready: true, missing_parts: 0 },
    { plan: "plan-2", title: "昆山片区 7 月 17 日", day: "2026-07-17", vehicle: "", team: ["李伟"], stops: 5, ready: false, missing_parts: 3 },
  ];
  const HERE = { at_ms: AT, age_minutes: 0, accuracy_m: 12, is_mocked: false };
  /** `today` is "denied" or "nowhere" for a phone that does not know where it is, "lacking" when parts and numbers are missing. */
  let here = today === "full" && !fix ? { at_ms: AT - 720_000, age_minutes: 12, accuracy_m: 31, is_mocked: false } : null;
  const asked = [];
  if (here === null) rows.forEach((row) => (row.distance_m = null));
  if (today === "lacking") {
    rows.forEach((row) => (row.map_point = null));
    Object.assign(rows[0], { offline_missing: ["statement", "stop_document", "customer_book"], materials_missing: ["statement", "contract", "demand_letter", "visit_receipt"], call: null, total: null, days_past_due: null });
  }
  const readToday = ({ offset, limit }) => {
    if (today === "broken") throw { kind: "support", ref: "store-unusable" };
    if (today === "empty") return { day: DAY, plans: [], stops: [], stops_total: 0, here: null, cash: { amount: null, receipts: 0, is_late: false }, to_do: { late: 0, today: 0, this_week: 0, later: 0 } };
    return { day: DAY, plans, stops: rows.slice(offset, offset + limit), stops_total: rows.length, here, cash: { amount: CNY("2606.00"), receipts: 2, is_late: false }, to_do: todo.counts };
  };
  const dropped = (form, answer) => ({ stop: id, sent_back: about, ...more }) => {
    kept.drafts.delete(draftKey({ stop: id, form, about }));
    return answer({ stop: id, ...more });
  };
  const customerDropped = (form, answer) => ({ customer, key, ...more }) => {
    kept.drafts.delete(draftKey({ stop: customer, form, about: more.contact || more.follow_up ? undefined : key }));
    kept.drafts.delete(draftKey({ stop: customer, form, about: key }));
    return answer({ customer, key, ...more });
  };
  const callable = ({ kind, time, contact }) => {
    if (kind !== "callback") return { verdict: "allowed", reason: null };
    if (contact === "contact-4") return { verdict: "blocked", reason: "stop_flag" };
    return time >= "18:00" ? { verdict: "ask_reason", reason: "hours" } : { verdict: "allowed", reason: null };
  };
  const methods = {
    ...fakeCustomers({ customers, stops: stop }),
    ...lock.methods,
    "screen.protect": ({ protection }) => (protections.push(protection), null),
    "contact.list": ({ customer }) => (customer === "customer-9" ? { ...people, customer, document: null, listed: null, rows: [], proposals: [], conflicts: [], drafts: [] } : customer === "customer-3" ? { ...people, customer, listed: null, rows: [], proposals: [], conflicts: [], drafts: [] } : { ...people, customer, drafts: [...kept.drafts].map(([key, { at_ms }]) => ({ key: key.split(" "), at_ms })).filter(({ key }) => key[0] === customer).map(({ key, at_ms }) => ({ form: key[1], about: key[2] || null, at_ms })) }),
    "contact.add": customerDropped("contact", ({ key, contact }) => (people.rows.push(contactRow(key, contact.name, { ...contact, numbers: [numberRow(contact.phone)] })), null)),
    "contact.edit": customerDropped("contact", () => null),
    "contact.end": customerDropped("contact_end", ({ key, end, valid_until }) => (Object.assign(people.rows.find((one) => one.key === key), { end, valid_until, is_valid: false }), null)),
    "contact.restore": ({ key }) => (Object.assign(people.rows.find((one) => one.key === key), { end: null, valid_until: null, is_valid: true, call: "open" }), null),
    "contact.join": () => ((people.proposals = []), null),
    "contact.part": () => null,
    "contact.hold_apart": () => ((people.proposals = []), null),
    "contact.history": ({ key }) => [
      { key, author_name: "李伟", at_ms: AT + 3_600_000, fields: [["phone", "138 0000 1234"], ["role", "finance"]] },
      { key: "contact-9", author_name: "陈刚", at_ms: AT + 1_800_000, fields: [["merged_into", key]] },
      { key, author_name: "", at_ms: AT, fields: [["name", "王丽"], ["phone", "0512-6351 0000转8012"], ["title", "会计"], ["state", "in_use"], ["note", ""]] },
    ],
    "follow_up.list": ({ offset, limit }) => (today === "empty" ? { day: DAY, counts: { late: 0, today: 0, this_week: 0, later: 0 }, rows: [], total: 0 } : { ...todo, rows: todo.rows.slice(offset, offset + limit) }),
    "follow_up.read": ({ customer }) => (customer === "customer-3" ? { ...plansOf, customer, rows: [], total: 0, is_ready: false } : { ...plansOf, customer }),
    "follow_up.check": ({ follow_up }) => callable(follow_up),
    "follow_up.add": customerDropped("follow_up", ({ key, follow_up }) => (plansOf.rows.unshift({ ...plansOf.rows[0], ...follow_up, key, state: "open", who_name: "", contact_name: "", reason: "" }), (plansOf.total += 1), null)),
    "follow_up.edit": customerDropped("follow_up", () => null),
    "follow_up.close": customerDropped("follow_up_close", ({ key, state, reason }) => (Object.assign(plansOf.rows.find((one) => one.key === key), { state, reason }), null)),
    "follow_up.reopen": ({ key }) => (Object.assign(plansOf.rows.find((one) => one.key === key), { state: "open" }), null),
    "follow_up.history": ({ key }) => [
      { key, author_name: "陈刚", at_ms: AT + 7_200_000, fields: [["state", "done"], ["reason", "财务答应周三付款"]] },
      { key, author_name: "李伟", at_ms: AT + 3_600_000, fields: [["due", "2026-07-14"], ["who", "user-2"]] },
      { key, author_name: "", at_ms: AT, fields: [["kind", "callback"], ["text", "问清第二期付款的日期"], ["due", "2026-07-10"], ["time", ""], ["who", "user-9"], ["contact", "contact-1"], ["state", "open"]] },
    ],
    "device.read": () => device,
    "device.enrol": ({ code }) => {
      if (code.replaceAll("-", "").length !== 26) throw { kind: "sign_in", ref: "device-refused" };
      Object.assign(kept.lock, { pin: null, wrong: 0 });
      Object.assign(device, { enrolled: true, user_name: "李伟", organisation_name: "苏州恒力线缆有限公司" });
      return device;
    },
    "device.record": () => ({ device: device.enrolled ? "01980b7e-3c51-7a44-9d0e-5b1f6a2c7d90" : null, name: device.enrolled ? "李伟的手机" : "", enrolled_ms: device.enrolled ? AT - 9_000_000 : null, server_url: device.enrolled ? device.server_url : "", key_fingerprint: "9f3a51c2".repeat(8), version: "0.1.0", store_version: 2, storage_bytes: 4_312_064 }),
    "settings.read": () => kept.settings,
    "settings.keep": (chosen) => (kept.settings = chosen),
    "draft.keep": (draft) => (kept.drafts.set(draftKey(draft), { content: draft.content, at_ms: AT }), null),
    "draft.read": (draft) => kept.drafts.get(draftKey(draft)) ?? null,
    "draft.drop": (draft) => (kept.drafts.delete(draftKey(draft)), null),
    "evidence.export": (of) => ({ name: `countersign-evidence-2026-07-15-${of.entry ?? `stop-${of.stop}`}.csev`, content: "pQB0" }),
    "sync.export": ({ envelope }) => ({ name: `countersign-2026-07-15-${envelope ?? "unsent"}.cbor`, content: "gwGAgA==" }),
    "sync.run": () => ({ pushed: 0, admitted: 0, held: 0, frames: 0, quarantined: 0, parts: 0, requests: 1, bytes_up: 0, bytes_down: 0, push: "no_connection", pull: "no_connection", blobs: "not_run", agreement: "not_compared" }),
    "sync.read": () => sync === "safe"
      ? { local: 0, sent: 0, held: 0, receipted: 34, parts_waiting: 0, quarantined: 0, quarantine: [], safe_to_close: true, last_sync_ms: AT, items: items.slice(4) }
      : { local: 4, sent: 2, held: 1, receipted: 31, parts_waiting: 1, quarantined: 1, quarantine: [{ object: hash(7), what: "document", reason: "unreadable-document", at_ms: AT }], safe_to_close: false, last_sync_ms: AT - 3_600_000, items },
    "today.read": readToday,
    "position.read": () => (asked.push("position"), fix ? ((here = HERE), { fix }) : { missing: today === "denied" ? "denied" : "unavailable" }),
    "stop.pack": ({ stop: id, material, is_packed }) => {
      const row = rows.find((one) => one.stop === id);
      row.packed = row.materials.filter((one) => (one === material ? is_packed : row.packed.includes(one)));
      row.materials_missing = row.materials.filter((one) => !row.packed.includes(one) && one !== "statement" && one !== "visit_receipt");
      return null;
    },
    "clock.read": () => ({ wall: AT, monotonic_ms: 1000, boot: "b" }),
    "stop.read": ({ stop: id }) => stop(id),
    "stop.check_in": ({ stop: id }) => Object.assign(rows.find((one) => one.stop === id), { status: "arrived", state: "local", fix: { missing: "unavailable", fence: "unknown" } }) && { entry: "e" },
    "stop.check_out": ({ stop: id }) => Object.assign(rows.find((one) => one.stop === id), { status: "left" }) && { entry: "e" },
    "stop.edit": ({ field, value, base }) => (edits.push({ field, value, base }), (text[field] = value), null),
    "statement.read": ({ stop: id }) => statement(id),
    "paper.read": ({ stop: id, paper }) => paperView(id, paper),
    "signing.effect": ({ capacity, guarantors }) => ({ effect: effectShown(capacity, guarantors), calendar_published: false, is_insufficient: false, claim_last_day: "2029-05-31" }),
    "countersign.effect": ({ name }) => ({ effect: { ...effectShown("guarantor", []), lines: [`① ${name}仅以保证人身份签署，证明2026年7月15日收到催款`, "辅助说明，非法律意见"] }, calendar_published: false, is_insufficient: false, claim_last_day: null }),
    "countersign.begin": ({ entry: about, role, name, stroke_consent }) => {
      signing = { ...ceremony("stop-1"), countersigns: about, role, effect: null, signer: { name, title: "", capacity: "other", proof: "" }, stroke_consent };
      return signingView();
    },
    "seal.sheet": ({ entry: id }) => ({ entry: id, hash: hash(4), qr_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h2v2h-2zM3 3h1v1h-1z"/></svg>' }),
    "seal.record": ({ photo }) => (photos.push(photo), (complete.seal = "photographed"), { entry: "e" }),
    "copy.record": ({ person }) => ((complete.copy_with = person), { entry: "e" }),
    "refusal.script": () => ({ team: [{ user: "user-1", name: "李伟" }, { user: "user-2", name: "陈刚" }], label: "催款函：苏州恒力线缆有限公司致华东电缆（吴江）有限公司，请求支付截至2026年6月30日尚欠货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00），账目快照编号9f3a51c2", post_by: "2026-07-16", act_by: "2029-05-31" }),
    "refusal.witness": () => ({ entry: "e" }),
    "posting.record": () => ({ entry: "e" }),
    "signing.effects": ({ capacity }) => EFFECTS[capacity] ?? YES,
    "signing.begin": dropped("signer", ({ stop: id, paper, signer, stroke_consent, viewing, guarantors, consents }) => {
      begun.push({ paper, guarantors, consents });
      signing = { ...ceremony(id), paper: paperView(id, paper).kind, signer, stroke_consent, viewing };
      return signingView();
    }),
    "signing.read": () => signingView(),
    "signing.stroke": ({ stroke }) => (strokes.push(stroke), null),
    "signing.undo": () => (strokes.pop(), null),
    "signing.abandon": () => ((signing = null), (strokes.length = 0), null),
    "signing.finish": () => ((signing = null), { entry: "entry-signed" }),
    "entry.read": ({ entry: id }) => ({ entry: id, effect: effectShown("财务", []), consents: { agreed_method: "given", personal_data: "given" }, guarantors: [{ name: "样例王某", signs: true }], instalments: [], completeness: { ...complete }, stop: "stop-1", paper: "statement_a", statement: hash(7), render_model: RENDER_MODEL, render_model_digest: hash(9), hash_short: "9f3a51c2", hash: hash(4), verification_code: "7K2M-9QX4-T1WZ", qr_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3h-3zM5 1h3v3h-3zM1 5h3v3h-3z"/></svg>', total: CNY("386420.00"), total_words: "叁拾捌万陆仟肆佰贰拾元整",
      signer: { name: "张敏", title: "财务", capacity: "duty_holder", proof: "工牌" }, stroke_consent: "given", viewing: { opened_ms: 1, scrolled_to_end_ms: 2, total_confirmed_ms: 3 }, at_ms: AT, at: "2026-07-15 10:00", author_name: "李伟", position: position(AT),
      image_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 336 120"><path d="M30 80 C60 10 90 110 130 50 S220 30 300 70" fill="none" stroke="#10204a" stroke-width="3" stroke-linecap="round"/></svg>',
      state: "local", verification: { signature: "holds", statement: "holds", strokes: "holds", image: "holds", receipt: "unknown" } }),
    "cash.read": () => ({ day: DAY, open: { amount: CNY("2606.00"), receipts: 2, is_late: true }, to_hand_in: receipts.filter((one) => one.state === "open"), to_hand_in_total: CNY("1303.00"), rows: receipts, total: receipts.length, serials_left: 46 }),
    "cash.count": ({ pieces }) => ({ total: CNY((pieces.reduce((sum, { fen, count }) => sum + fen * count, 0) / 100).toFixed(2)), words: pieces.length > 0 ? "人民币壹仟叁佰零叁元整" : "" }),
    "cash.take": (take) => {
      if (take.pieces.length === 0) throw { kind: "fix", ref: "cash-does-not-sum" };
      receipts.unshift(cashRow(5, { amount: take.amount, payer: take.payer, stop: take.stop }));
      return { entry: "receipt-5" };
    },
    "cash.void": ({ receipt, reason }) => Object.assign(receipts.find((one) => one.receipt === receipt), { state: "voided", void_reason: reason }) && { entry: "e" },
    "cash.hand_in": ({ receipts: listed }) => (receipts.filter((one) => listed.includes(one.receipt)).forEach((one) => (one.state = "handed_in")), { entry: "e" }),
    "cash.paper": ({ receipt }) => {
      const row = receipts.find((one) => one.receipt === receipt);
      return { row, pieces: [{ fen: 10_000, count: 13 }], hash: hash(4), hash_short: "44444444", may_void: row.state === "open", model: { template: "cash-receipt", template_version: 1, language: "zh-CN", title: row.state === "voided" ? "现金收据（已作废）" : "现金收据", clauses: ["今收到上列现金。收据编号连续，不得涂改；作废须注明原因，编号保留。"], rows: [["收据编号", row.serial], ["付款单位", row.customer_name], ["付款人", row.payer], ["金额（大写）", "人民币壹仟叁佰零叁元整"], ["金额（小写）", "¥1,303.00"], ["面额", "100元×12、20元×5、1元×3"], ["收款单位", "苏州恒力线缆有限公司"], ["收款人", "李伟"], ["收款时间", "2026-07-15 10:00"]].map(([label, value]) => ({ label, value })) } };
    },
    "part.list": () => ({ rows: attached, total: attached.length, captures }),
    "part.begin": ({ part, size_bytes }) => (captures.push({ capture: "capture-new", part: part.kind, name: part.name, stored_bytes: 0, size_bytes, begun_ms: AT, caption: part.caption }), { capture: "capture-new" }),
    "part.piece": ({ content }) => (pieces.push(content), null),
    "part.finish": ({ capture, thumbnail }) => {
      const [done] = captures.splice(captures.findIndex((one) => one.capture === capture), 1);
      attached.push(partRow(attached.length + 1, { part: done.part, caption: done.caption, size_bytes: done.size_bytes, thumbnail: thumbnail ?? null, parts_total: thumbnail ? 2 : 1 }));
      return { entry: "entry-part" };
    },
    "part.abandon": ({ capture }) => (captures.splice(captures.findIndex((one) => one.capture === capture), 1), null),
    "part.read": () => ({ stop: "stop-2", media_type: "image/png", size_bytes: 70, offset: 0, content: PIXEL }),
    "attendance.read": ({ stop: id }) => ({ team: [{ user: "user-1", name: "李伟" }, { user: "user-2", name: "陈刚" }], met_at_ms: AT, last: id === "stop-2" ? entry("attendance", "local", AT, { detail: attendance }) : null }),
    "attendance.check": ({ team, third_persons, place }) => [...(team.length < 2 ? ["one_of_the_team"] : []), ...(place === "home_uninvited" ? ["home_entered"] : []), ...(third_persons.some((one) => one.is_debt_disclosed) ? ["debt_disclosed"] : [])],
    "attendance.record": dropped("attendance", (record) => (attended.push(record), { entry: "e" })),
    "dispute.record": dropped("dispute", (record) => (disputes.push(disputeRow(4, { ...record, objection: null })), { entry: "dispute-4" })),
    "finding.record": dropped("finding", ({ dispute, ...found }) => (Object.assign(disputes.find((one) => one.dispute === dispute), { state: "found", finding: findingRow({ ...found, entry: "finding-3" }) }), { entry: "finding-3" })),
    "promise.record": dropped("promise", ({ stop: id, amount, due }) => Object.assign(rows.find((one) => one.stop === id), { promise: { entry: "e", amount, due } }) && { entry: "e" }),
    "outcome.record": dropped("outcome", ({ stop: id, kind }) => Object.assign(rows.find((one) => one.stop === id), { outcome: kind }) && { entry: "e" }),
    "refusal.record": dropped("refusal", () => ({ entry: "e" })),
    "conflict.settle": () => ((visited.conflicts = []), { entry: "e" }),
    "send_back.answer": dropped("send_back", ({ text: answer }) => Object.assign(visited.sent_backs[0], { answer, answer_state: "local" }) && { entry: "e" }),
  };
  const dispatch = (request) => {
    const { id, method, params } = JSON.parse(request);
    try {
      if (["closed", "spent"].includes(lock.state()) && !ANSWERED_WHILE_LOCKED.has(method)) throw { kind: "sign_in", ref: "locked" };
      return JSON.stringify({ id, ok: methods[method](params) });
    } catch (error) {
      return JSON.stringify({ id, error: error.kind ? error : { kind: "support", ref: String(error) } });
    }
  };
  return { dispatch, asked, strokes, edits, pieces, begun, photos, attended, disputes, kept, protections, lock: lock.watch };
}

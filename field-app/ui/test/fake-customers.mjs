// The fake core's customers: a book of as many as a test asks for, and cards of the stops' customers.

const CNY = (amount) => ({ currency: "CNY", amount });
const CUT_OFF = "2026-06-30";
const AT = Date.parse("2026-07-15T01:40:00Z");
const BUCKETS = [[0, "current"], [30, "days1_to30"], [60, "days31_to60"], [90, "days61_to90"], [180, "days91_to180"], [365, "days181_to365"], [730, "days366_to730"], [1095, "days731_to1095"]];
const bucketOf = (days) => BUCKETS.find(([last]) => days <= last)?.[1] ?? "over1095";
const fen = (amount) => (amount / 100).toFixed(2);

function balance(days, overdue, current, credits = 0) {
  const buckets = [{ bucket: "current", amount: CNY(fen(current)) }, { bucket: bucketOf(days), amount: CNY(fen(overdue)) }];
  return {
    cut_off: CUT_OFF, outstanding: CNY(fen(overdue + current + credits)), overdue: CNY(fen(overdue)), credits: CNY(fen(credits)),
    days_past_due: days, bucket: bucketOf(days), buckets: buckets.filter(({ amount }) => amount.amount !== "0.00"),
  };
}

const row = (number, more) => ({
  customer: `customer-${number}`, code: `KH${String(number).padStart(5, "0")}`, name: `第 ${number} 家样例客户`, address: "江苏省苏州市吴江区盛泽镇舜湖西路 188 号",
  contact: "王经理", phone: "13800001234", grade: "B", is_own: true, balance: balance(number % 400, 1_000_000 + number * 100, 52_000), ...more,
});

/** `customers`: how many the book has; "none" for a phone without any, "partial" for a book that has not arrived whole. */
export function fakeCustomers({ customers = 120, stops }) {
  const count = typeof customers === "number" ? customers : customers === "none" ? 0 : 60;
  const rows = Array.from({ length: count }, (_, at) => row(at + 1));
  if (count > 3) {
    rows[0] = row(1, { name: "华东电缆（吴江）有限公司", grade: "C", balance: balance(94, 38_642_000, 1_200_050) });
    rows[1] = row(2, { name: "盛泽远大纺织科技股份有限公司", grade: "D", balance: balance(1_204, 128_030_050, 0, -300_000) });
    rows[2] = row(3, { name: "平望精密机械厂", grade: "", is_own: false, balance: null, phone: "" });
    rows[3] = row(4, { name: "重庆华丰机械有限公司", balance: balance(0, 0, 5_000_000) });
  }
  const book = count === 0 ? null : { cut_off: CUT_OFF, customers: count - 1, pieces_missing: customers === "partial" ? 2 : 0 };
  const page = (found, { offset, limit }) => ({ rows: found.slice(offset, offset + limit), total: found.length, book });
  const standing = (entry, state, more) => ({ entry, stop: "stop-2", amount: CNY("50000.00"), due: "2026-07-31", last_day: "2026-07-31", made_ms: AT, signer_name: "张敏", state, is_for_the_office: false, ...more });
  const visited = () => ({
    document: "c", notes: "仓库在厂区东侧，财务周三在。",
    contacts: [],
    promises: [
      standing("entry-p1", "open"),
      standing("entry-p2", "open", { due: "2026-06-20", last_day: "2026-06-22", is_for_the_office: true }),
      standing("entry-p3", "kept", { amount: CNY("9800.00"), due: "2026-05-31", signer_name: "" }),
      standing("entry-p4", "superseded"),
    ],
    visits: [{ stop: "stop-2", day: "2026-07-15", plan_title: "盛泽片区 7 月 15 日", status: "left", outcome: "signed", summary: "财务已签，缺公章。" }],
    open_questions: [
      { kind: "sent_back", stop: "stop-2", entry: "entry-sb", field: "对账单", reason: "请说明为何没有加盖公章", deadline: "2026-07-18" },
      { kind: "conflict", stop: "stop-2", document: "document-2", field: "reason" },
      { kind: "dispute", stop: "stop-2", entry: "dispute-2", about: "amount", state: "found" },
      { kind: "dispute", stop: "stop-2", entry: "dispute-3", about: "quality", state: "open" },
      { kind: "posting", stop: "stop-2", entry: "entry-r", post_by: "2026-07-10", is_overdue: true },
    ],
    call: { name: "王丽", text: "138 0000 1234", uri: "tel:13800001234" },
    disputes: stops("stop-2").disputes,
    disputes_said: [{ stop: "stop-2", entry: "entry-d", at_ms: AT, reason: "quality", words: "第二批布面有色差，要求扣款。" }],
    signings: stops("stop-2").signings.map((signed) => ({ stop: "stop-2", signed })),
  });
  const bare = { document: null, notes: "", contacts: [], call: null, promises: [], visits: [], open_questions: [], disputes: [], disputes_said: [], signings: [] };
  return {
    "customer.list": ({ bucket, is_overdue, ...asked }) =>
      page(rows.filter((one) => (!is_overdue || one.balance?.days_past_due > 0) && (!bucket || one.balance?.buckets.some((part) => part.bucket === bucket))), asked),
    "customer.search": ({ query, ...asked }) => page(rows.filter((one) => one.name.includes(query) || one.code.toLowerCase().includes(query.toLowerCase())), asked),
    "customer.read": ({ customer }) => {
      const found = rows.find((one) => one.customer === customer);
      if (!found) throw { kind: "gone", ref: "customer" };
      return { row: found, ...(customer === "customer-2" ? visited() : bare) };
    },
  };
}

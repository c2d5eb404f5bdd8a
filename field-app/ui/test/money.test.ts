import { expect, test } from "vitest";
import { money, typedAmount } from "../src/money";

test.each([
  ["386420.00", "¥386,420.00"],
  ["0.05", "¥0.05"],
  ["-1234.50", "-¥1,234.50"],
  ["999.00", "¥999.00"],
  ["123456789012345678901234.56", "¥123,456,789,012,345,678,901,234.56"],
])("%s is shown as %s", (amount, shown) => expect(money({ currency: "CNY", amount })).toBe(shown));

test("dollars and what is no amount are shown as they are", () => {
  expect(money({ currency: "USD", amount: "1000.00" })).toBe("$1,000.00");
  expect(money({ currency: "CNY", amount: "n/a" })).toBe("CNY n/a");
});

test.each([
  ["50000", "50000"],
  [" 386,420.00 ", "386420.00"],
  ["¥1,680.32", "1680.32"],
  ["５００００元", "50000"],
  ["12。5", "12.5"],
])("typed %s is %s", (text, amount) => expect(typedAmount(text)).toBe(amount));

test.each(["", "0", "0.00", "-5", "1.234", "1e5", "5万", "12.", "1234567890123456"])("typed %s is no amount", (text) =>
  expect(typedAmount(text)).toBeUndefined(),
);

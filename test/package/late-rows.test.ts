import { expect, it } from "vitest";
import { withLateRows } from "../../scripts/late-rows.js";

it.each([
  [
    "a factory's row",
    'export const erp = senderFactory({\n  name: "erp",\n});\n',
    'export const erp = senderFactory(function () { return {\n  name: "erp",\n}; });\n',
  ],
  [
    "a row with types, whose factory gets another one",
    'const erp = senderFactory<Options>({\n  name: "erp",\n}) as unknown as ErpSender;\n',
    'const erp = senderFactory<Options>(function () { return {\n  name: "erp",\n}; }) as unknown as ErpSender;\n',
  ],
  [
    "a row on a line of its own",
    'const erp: Sender =\n  follower({\n    name: "erp",\n  });\n',
    'const erp: Sender =\n  follower(function () { return {\n    name: "erp",\n  }; });\n',
  ],
])("%s becomes what a function returns", (_, source, late) => {
  expect(withLateRows(source)).toBe(late);
});

it("leaves alone what is no row", () => {
  const source = "function follower(given) {\n  return senderFactory(() => rowOf(given));\n}\n";
  expect(withLateRows(source)).toBe(source);
});

it("refuses a row whose end it does not know: it would be read early", () => {
  expect(() => withLateRows('const erp = senderFactory({ name: "erp" });\n')).toThrow(/finds no end of "senderFactory/);
});

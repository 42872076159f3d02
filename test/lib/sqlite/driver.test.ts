// What SQLite drivers have in common: recognised databases, pragmas and errors.
import { describe, expect, it } from "vitest";
import { isBusy, isFull, isNodeSqliteQuiet, isOpen, isSqliteDatabase, pragma } from "../../../src/lib/sqlite/driver.js";
import { drivers } from "../../stores/sqlite/sqlite-bench.js";

describe("isNodeSqliteQuiet", () => {
  it.each([
    ["20.20.2", false],
    ["22.23.3", false],
    ["23.11.0", false],
    ["24.14.1", false],
    ["24.15.0", true],
    ["24.21.0", true],
    ["25.6.9", false],
    ["25.7.0", true],
    ["26.0.0", true],
    ["30.0.0", true],
  ])("Node %s: %s", (version, isQuiet) => {
    expect(isNodeSqliteQuiet(version)).toBe(isQuiet);
  });
});

describe("what an error means", () => {
  it.each([
    ["libsql, busy", { code: "SQLITE_BUSY", rawCode: 5 }, "busy"],
    ["libsql, an extended code", { code: "SQLITE_BUSY_SNAPSHOT", rawCode: 517 }, "busy"],
    ["better-sqlite3, busy", { code: "SQLITE_BUSY" }, "busy"],
    ["better-sqlite3, an extended code", { code: "SQLITE_BUSY_RECOVERY" }, "busy"],
    ["node:sqlite, busy", { code: "ERR_SQLITE_ERROR", errcode: 5 }, "busy"],
    ["node:sqlite, an extended code", { code: "ERR_SQLITE_ERROR", errcode: 261 }, "busy"],
    ["better-sqlite3, full", { code: "SQLITE_FULL" }, "full"],
    ["libsql, full", { code: "SQLITE_FULL", rawCode: 13 }, "full"],
    ["node:sqlite, full", { code: "ERR_SQLITE_ERROR", errcode: 13 }, "full"],
    ["a constraint", { code: "SQLITE_CONSTRAINT_PRIMARYKEY", rawCode: 1555 }, "neither"],
    ["a code that only begins so", { code: "SQLITE_BUSYBODY" }, "neither"],
    ["no object", "SQLITE_BUSY", "neither"],
    ["nothing", undefined, "neither"],
  ])("%s", (_, error, meaning) => {
    expect({ busy: isBusy(error), full: isFull(error) }).toEqual({
      busy: meaning === "busy",
      full: meaning === "full",
    });
  });
});

for (const [name, open] of drivers) {
  describe.skipIf(open === undefined)(`a database of ${name}`, () => {
    it("is known, answers pragmas, and says when it is closed", () => {
      const database = (open as NonNullable<typeof open>)(":memory:");
      expect(isSqliteDatabase(database)).toBe(true);
      expect(pragma(database, "journal_mode")).toBe("memory");
      expect(isOpen(database)).toBe(true);
      database.close();
      expect(isOpen(database)).toBe(false);
    });
  });
}

describe("isSqliteDatabase", () => {
  it.each([
    ["a path", "events.db"],
    ["null", null],
    ["a pool", { query: () => {}, end: () => {} }],
  ])("refuses %s", (_, value) => {
    expect(isSqliteDatabase(value)).toBe(false);
  });
});

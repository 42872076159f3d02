// The checker accepts a sound history, and finds each way to break one.
import { describe, expect, it } from "vitest";
import { checkHistory } from "./check-history.js";
import type { History, Step } from "./history.js";

let clockMs = 0;
function at(step: Record<string, unknown>): Step {
  clockMs += 1;
  return { atMs: clockMs, ...step } as Step;
}
const invoke = (id: string, isForged = false) => at({ kind: "invoke", id, isForged });
const ok = (id: string) => at({ kind: "ok", id, status: 200 });
const begin = (id: string, run = `${id}/1`, fence = 1, pid = 1) =>
  at({ kind: "begin", id, run, pid, fence, attempt: 1 });
const end = (id: string, run = `${id}/1`, isOk = true) => at({ kind: "end", id, run, isOk });
const gone = (pid: number) => at({ kind: "gone", pid });

function rules(steps: readonly Step[], more: Partial<History> = {}): string[] {
  return checkHistory({ steps, runs: "once", ...more }).map(({ rule }) => rule);
}
const kept = (states: Record<string, string>) => new Map(Object.entries(states)) as NonNullable<History["kept"]>;
const effects = (counts: Record<string, number>) => new Map(Object.entries(counts));
const turnOf = (id: string) => ({ key: "one", turn: Number(id) });

describe("a sound history", () => {
  it("holds where an event is handled, then answered", () => {
    expect(rules([invoke("a"), begin("a"), end("a"), ok("a")])).toEqual([]);
  });

  it("holds where an event is kept, answered, then handled", () => {
    expect(rules([invoke("a"), ok("a"), begin("a"), end("a")], { kept: kept({ a: "done" }) })).toEqual([]);
  });

  it("accepts a dead event that is reported as dead and never completed", () => {
    expect(rules([invoke("a"), ok("a"), begin("a"), gone(1)], { kept: kept({ a: "dead" }) })).toEqual([]);
  });

  it("holds where a process is killed in a run, and another ends it", () => {
    const steps = [invoke("a"), begin("a"), gone(1), begin("a", "a/2", 2, 2), end("a", "a/2"), ok("a")];
    expect(rules(steps, { runs: "at least once" })).toEqual([]);
  });

  it("holds where a stalled holder and its successor overlap under fences of their own", () => {
    const steps = [begin("a"), begin("a", "a/2", 2, 2), end("a", "a/2"), ok("a"), end("a")];
    expect(rules(steps, { runs: "at least once" })).toEqual([]);
  });

  it("holds where an effect stands once, however often its handler began", () => {
    const steps = [begin("a"), gone(1), begin("a", "a/2", 2, 2), end("a", "a/2"), ok("a")];
    expect(rules(steps, { effects: effects({ a: 1 }) })).toEqual([]);
  });

  it("holds where a process is gone and the same fence is given again", () => {
    const steps = [begin("a"), gone(1), begin("a", "a/2", 1, 2), end("a", "a/2"), ok("a")];
    expect(rules(steps, { runs: "at least once" })).toEqual([]);
  });

  it("holds where a delivery was refused, and where none was answered", () => {
    const refused = at({ kind: "fail", id: "f", status: 401 });
    const unanswered = at({ kind: "info", id: "a", reason: "ECONNRESET" });
    expect(rules([invoke("f", true), refused, invoke("a"), unanswered])).toEqual([]);
  });
});

describe("a broken history", () => {
  it.each<[string, string[], () => [readonly Step[], Partial<History>?]]>([
    ["I1, I3, I7: a lost event", ["I1", "I7", "I3"], () => [[invoke("a"), ok("a")]]],
    ["I1, I3, I7: a lost event of an inbox", ["I1", "I7", "I3"], () => [[ok("a")], { kept: kept({ b: "done" }) }]],
    ["I1, I3: begun, answered, and killed", ["I1", "I3"], () => [[begin("a"), ok("a"), gone(1)]]],
    ["I2: an effect twice", ["I2"], () => [[begin("a"), end("a"), ok("a")], { effects: effects({ a: 2 }) }]],
    ["I2: no effect", ["I2"], () => [[begin("a"), end("a"), ok("a")], { effects: effects({}) }]],
    [
      "I2: an effect twice, of an event that was never answered",
      ["I2"],
      () => [[invoke("a")], { effects: effects({ a: 2 }) }],
    ],
    ["I3: kept, and no handler ran", ["I3"], () => [[ok("a")], { kept: kept({ a: "done" }) }]],
    ["I3: a handler ran twice", ["I3"], () => [[begin("a"), end("a"), begin("a", "a/2", 2), end("a", "a/2"), ok("a")]]],
    [
      "I3, I4: two at once with one fence",
      ["I3", "I4"],
      () => [[begin("a"), begin("a", "a/2", 1, 2), end("a", "a/2"), end("a"), ok("a")]],
    ],
    [
      "I4: a stalled holder that never ended, and another with its fence",
      ["I4"],
      () => [[begin("a"), begin("a", "a/2", 1, 2), end("a", "a/2"), ok("a")]],
    ],
    ["I5: the later one first", ["I5"], () => [[begin("2"), end("2"), begin("1"), end("1")], { turnOf }]],
    [
      "I5: the later one while the earlier one runs",
      ["I5"],
      () => [[begin("1"), begin("2"), end("1"), end("2")], { turnOf }],
    ],
    [
      "I5: the earlier one failed, and came again after the later one",
      ["I5"],
      () => [
        [begin("1"), end("1", "1/1", false), begin("2"), end("2"), begin("1", "1/2", 2), end("1", "1/2")],
        { turnOf },
      ],
    ],
    ["I6: a handler for a forged delivery", ["I6"], () => [[invoke("a", true), begin("a"), end("a")]]],
    ["I6: a forged delivery kept", ["I6"], () => [[invoke("a", true)], { kept: kept({ a: "done" }) }]],
    ["I7: success for a forged delivery", ["I7"], () => [[invoke("a", true), ok("a")]]],
    ["I7: answered first, handled then", ["I7"], () => [[ok("a"), begin("a"), end("a")]]],
    ["I8: waiting for ever", ["I8", "I3"], () => [[ok("a")], { kept: kept({ a: "waiting" }) }]],
    ["I8: running for ever", ["I8"], () => [[ok("a"), begin("a"), end("a")], { kept: kept({ a: "running" }) }]],
  ])("is seen: %s", (_, expected, make) => {
    const [steps, more] = make();
    expect(rules(steps, more).sort()).toEqual([...expected].sort());
  });

  it("passes a redriven event out of its turn, and only that", () => {
    const steps = [begin("2"), end("2"), at({ kind: "redriven", id: "1" }), begin("1"), end("1")];
    expect(rules(steps, { turnOf })).toEqual([]);
    expect(
      rules(
        steps.filter(({ kind }) => kind !== "redriven"),
        { turnOf },
      ),
    ).toEqual(["I5"]);
  });
});

// What must hold of every inbox? The table of named cases.
import { strict as assert } from "node:assert";
import { InboxFullError, POISON_STARTS } from "../inbox/inbox.js";
import { DONE, gate, type InboxBench, type InboxCase, pause, retry } from "./inbox-bench.js";

function group(
  name: string,
  cases: readonly (readonly [string, InboxCase["run"], InboxCase["needs"]?])[],
): readonly InboxCase[] {
  return cases.map(([rule, run, needs]) => ({
    group: name,
    name: rule,
    run,
    ...(needs === undefined ? {} : { needs }),
  }));
}

const putting: readonly InboxCase[] = group("put", [
  [
    "stores an entry, and knows it when it comes again",
    async (b) => {
      const entry = b.entry();
      assert.deepEqual(await b.inbox.put([entry]), ["stored"]);
      assert.deepEqual(await b.inbox.put([entry]), ["known"]);
      assert.equal((await b.inbox.counts(b.source)).waiting, 1);
    },
  ],
  [
    "knows an entry that is done",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work();
      await b.untilState(entry.key, "done");
      assert.deepEqual(await b.inbox.put([entry]), ["known"]);
      await pause(300);
      assert.equal(seen.length, 1);
    },
  ],
  [
    "answers for each of several entries, in their order",
    async (b) => {
      const [first, second, third] = [b.entry(), b.entry(), b.entry()];
      await b.put(second);
      assert.deepEqual(await b.inbox.put([first, second, third]), ["stored", "known", "stored"]);
    },
  ],
  [
    "leaves the entry as it was first put",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      await b.inbox.put([{ ...entry, body: Buffer.from("other"), type: "other" }]);
      const kept = await b.inbox.get(entry.key);
      assert.equal(kept?.entry.type, "order.created");
      assert.equal(Buffer.from(kept.entry.body).toString(), '{"total":1}');
    },
  ],
  [
    "gives every field and every byte back",
    async (b) => {
      const body = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256));
      const entry = b.entry({
        body,
        id: "a:b\u0000\ud800",
        type: "__proto__",
        tenant: "acme’s",
        timestampMs: 1_699_999_999_123,
        senderAttempt: 3,
        isVerified: false,
        headers: { "x-a": "ü;'\"\\ \u0000", "x-b": "2" },
        payloadFrom: "json",
      });
      await b.put(entry);
      const { seen } = b.work();
      await b.until("it runs", () => seen.length === 1);
      const { body: bytes, headers, ...rest } = seen[0]?.entry ?? b.entry();
      const { body: _body, headers: _headers, ...expected } = entry;
      assert.deepEqual({ ...rest }, expected);
      assert.deepEqual({ ...headers }, entry.headers);
      assert.ok(Buffer.from(bytes).equals(body), "the body's bytes");
    },
  ],
  [
    "keeps 50 entries that are put at once",
    async (b) => {
      const entries = Array.from({ length: 50 }, () => b.entry());
      const answers = await Promise.all(entries.map((entry) => b.inbox.put([entry])));
      assert.ok(answers.every(([answer]) => answer === "stored"));
      const { seen } = b.work();
      await b.until("all ran", () => seen.length >= 50);
      assert.equal(new Set(seen.map((one) => one.entry.key)).size, 50);
    },
  ],
  [
    "stores one of 20 copies that are put at once",
    async (b) => {
      const entry = b.entry();
      const from = [b.inbox, ...b.peers];
      await Promise.all(Array.from({ length: 20 }, (_, at) => (from[at % from.length] as typeof b.inbox).put([entry])));
      const { seen } = b.work();
      await b.untilState(entry.key, "done");
      await pause(300);
      assert.equal(seen.length, 1);
    },
  ],
  [
    "refuses what is beyond the mark, and takes it once there is room",
    async (b) => {
      const most = b.harness.maxWaiting ?? 0;
      const entries = Array.from({ length: most + 50 }, () => b.entry());
      let full: unknown;
      for (const entry of entries) {
        try {
          await b.inbox.put([entry]);
        } catch (error) {
          full = error;
          break;
        }
      }
      assert.ok(full instanceof InboxFullError, `expected InboxFullError, got ${String(full)}`);
      b.work();
      await b.until("there is room", async () => (await b.inbox.counts(b.source)).waiting === 0);
      await b.until("it takes entries again", () =>
        b.inbox.put([b.entry()]).then(
          () => true,
          () => false,
        ),
      );
    },
    "mark",
  ],
]);

const running: readonly InboxCase[] = group("work", [
  [
    "runs what was put before it began, and what is put after",
    async (b) => {
      await b.put(b.entry());
      const { seen } = b.work();
      await b.until("the first ran", () => seen.length === 1);
      await b.put(b.entry());
      await b.until("the second ran", () => seen.length === 2);
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 1],
      );
    },
  ],
  [
    "runs no more than its concurrency at once",
    async (b) => {
      await b.put(...Array.from({ length: 8 }, () => b.entry()));
      let running = 0;
      let most = 0;
      const { seen } = b.work(
        async () => {
          most = Math.max(most, ++running);
          await pause(50);
          running--;
          return DONE;
        },
        { concurrency: 2 },
      );
      await b.until("all ran", () => seen.length === 8);
      assert.ok(most <= 2, `${most} ran at once`);
    },
  ],
  [
    "runs only what is of its source",
    async (b) => {
      const other = `${b.source}-other`;
      b.attach(other);
      await b.put(b.entry({ source: other }), b.entry());
      const { seen } = b.work();
      await b.until("its own ran", () => seen.length === 1);
      await pause(300);
      assert.deepEqual(
        seen.map((one) => one.entry.source),
        [b.source],
      );
    },
    "sources",
  ],
  [
    "shares the work among workers, and runs each entry once",
    async (b) => {
      const workers = [b.inbox, ...b.peers].map((inbox) =>
        b.work(
          async () => {
            await pause(5);
            return DONE;
          },
          { inbox },
        ),
      );
      const entries = Array.from({ length: 60 }, () => b.entry());
      await b.put(...entries);
      const seen = () => workers.flatMap((worker) => worker.seen.map((one) => one.entry.key));
      await b.until("all ran", () => seen().length >= 60);
      await pause(200);
      assert.equal(seen().length, 60);
      assert.equal(new Set(seen()).size, 60);
    },
  ],
  [
    "survives a run that rejects, against the contract, as a failed one",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let calls = 0;
      b.work(() => {
        calls++;
        if (calls === 1) return Promise.reject(new Error("broken run"));
        return DONE;
      });
      await b.untilState(entry.key, "done");
      assert.equal(calls, 2);
    },
  ],
]);

const retrying: readonly InboxCase[] = group("retry", [
  [
    "runs it again, with the attempts counted and the progress handed on",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) => (attempt < 3 ? retry(0, { progress: `p${attempt}` }) : DONE));
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => [one.attempt, one.progress]),
        [
          [1, undefined],
          [2, "p1"],
          [3, "p2"],
        ],
      );
    },
  ],
  [
    "keeps the progress of a run that adds none",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) =>
        attempt === 1 ? retry(0, { progress: "half" }) : attempt === 2 ? retry(0) : DONE,
      );
      await b.untilState(entry.key, "done");
      assert.equal(seen[2]?.progress, "half");
    },
  ],
  [
    "does not run it before its time",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(({ attempt }) => (attempt === 1 ? retry(2) : DONE));
      await b.untilState(entry.key, "done");
      const waitedMs = (seen[1]?.startedMs ?? 0) - (seen[0]?.startedMs ?? 0);
      assert.ok(waitedMs >= 1_900, `ran again after ${waitedMs} ms`);
    },
  ],
  [
    "lets others run meanwhile",
    async (b) => {
      const slow = b.entry();
      const quick = b.entry();
      await b.put(slow);
      const { seen } = b.work(({ entry }) => (entry.key === slow.key ? retry(60) : DONE));
      await b.until("the first failed", () => seen.length === 1);
      await b.put(quick);
      await b.untilState(quick.key, "done");
      assert.equal(await b.state(slow.key), "waiting");
    },
  ],
  [
    "does not count a run that is not to be counted",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let runs = 0;
      const { seen } = b.work(() => (++runs <= 4 ? retry(0, { isCounted: false }) : DONE));
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 1, 1, 1, 1],
      );
    },
  ],
  [
    "tells why it waits",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => retry(3_600));
      await b.until("it ran", () => seen.length === 1);
      await b.untilState(entry.key, "waiting");
      const record = await b.inbox.get(entry.key);
      assert.equal(record?.reason, "it failed");
      assert.equal(record.attempts, 1);
      assert.ok((record.runAtMs ?? 0) > Date.now() + 3_000_000, "runAtMs lies an hour ahead");
    },
  ],
  [
    "clamps a time that is out of all reason",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => retry(1e12));
      await b.until("it ran", () => seen.length === 1);
      await pause(1_000);
      assert.equal(seen.length, 1);
    },
  ],
]);

const dying: readonly InboxCase[] = group("dead", [
  [
    "is kept with its reason, and does not run",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work(() => ({ state: "dead", reason: "no such order" }));
      await b.untilState(entry.key, "dead");
      const [record] = await b.inbox.list({ state: "dead", source: b.source });
      assert.equal(record?.entry.key, entry.key);
      assert.equal(record.reason, "no such order");
      assert.equal(Buffer.from(record.entry.body).toString(), '{"total":1}');
      await pause(300);
      assert.equal(seen.length, 1);
      assert.deepEqual(await b.inbox.put([entry]), ["known"]);
    },
  ],
  [
    "waits again after redrive, with its attempts forgotten",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      let isMended = false;
      const { seen } = b.work(({ attempt }) =>
        isMended ? DONE : attempt < 2 ? retry(0) : { state: "dead", reason: "twice" },
      );
      await b.untilState(entry.key, "dead");
      isMended = true;
      assert.equal(await b.inbox.redrive([entry.key]), 1);
      await b.untilState(entry.key, "done");
      assert.deepEqual(
        seen.map((one) => one.attempt),
        [1, 2, 1],
      );
    },
  ],
  [
    "a done one can be run again too, from its bytes",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const { seen } = b.work();
      await b.untilState(entry.key, "done");
      assert.equal(await b.inbox.redrive([entry.key]), 1);
      await b.until("it ran again", () => seen.length === 2);
      await b.untilState(entry.key, "done");
      assert.equal(Buffer.from(seen[1]?.entry.body ?? []).toString(), '{"total":1}');
    },
  ],
  [
    "redrive leaves what waits, runs or is not known",
    async (b) => {
      const waiting = b.entry();
      await b.put(waiting);
      assert.equal(await b.inbox.redrive([waiting.key, b.entry().key]), 0);
    },
  ],
  [
    "lists in pages, oldest first",
    async (b) => {
      const entries = Array.from({ length: 5 }, () => b.entry());
      for (const entry of entries) {
        await b.put(entry);
        await pause(5);
      }
      const first = await b.inbox.list({ state: "waiting", source: b.source, limit: 3 });
      const last = first.at(-1)?.entry.key;
      const second = await b.inbox.list({
        state: "waiting",
        source: b.source,
        limit: 3,
        ...(last === undefined ? {} : { afterKey: last }),
      });
      assert.deepEqual(
        [...first, ...second].map((record) => record.entry.key),
        entries.map((entry) => entry.key),
      );
    },
  ],
  [
    "counts what is in each state",
    async (b) => {
      const [done, dead, waiting] = [b.entry(), b.entry(), b.entry()];
      await b.put(done, dead, waiting);
      const { seen, stop } = b.work(({ entry }) =>
        entry.key === done.key ? DONE : entry.key === dead.key ? { state: "dead", reason: "x" } : retry(3_600),
      );
      await b.until("all ran", () => seen.length === 3);
      await b.untilState(waiting.key, "waiting");
      await b.untilState(done.key, "done");
      await b.untilState(dead.key, "dead");
      await stop();
      const counts = await b.inbox.counts(b.source);
      assert.deepEqual(
        { waiting: counts.waiting, running: counts.running, done: counts.done, dead: counts.dead },
        { waiting: 1, running: 0, done: 1, dead: 1 },
      );
      assert.equal(counts.oldestWaitingSeconds, 0);
    },
  ],
]);

const order: readonly InboxCase[] = group("order", [
  [
    "runs entries of one key one after another, as they were put",
    async (b) => {
      const entries = Array.from({ length: 12 }, (_, at) =>
        b.entry({ orderKey: `customer-${at % 3}`, type: `t${at}` }),
      );
      await b.put(...entries);
      const runningOf = new Map<string, number>();
      let overlapped = false;
      const { seen } = b.work(
        async ({ entry }) => {
          const key = entry.orderKey ?? "";
          runningOf.set(key, (runningOf.get(key) ?? 0) + 1);
          if ((runningOf.get(key) ?? 0) > 1) overlapped = true;
          await pause(Math.random() * 20);
          runningOf.set(key, (runningOf.get(key) ?? 0) - 1);
          return DONE;
        },
        { concurrency: 6 },
      );
      await b.until("all ran", () => seen.length === 12);
      assert.ok(!overlapped, "two of one key ran at once");
      for (const key of ["customer-0", "customer-1", "customer-2"]) {
        const types = seen.filter((one) => one.entry.orderKey === key).map((one) => Number(one.entry.type.slice(1)));
        assert.deepEqual(
          types,
          [...types].sort((x, y) => x - y),
        );
      }
    },
    "order",
  ],
  [
    "a failed one holds back those behind it, and nobody else",
    async (b) => {
      const [first, second, other] = [
        b.entry({ orderKey: "a", type: "first" }),
        b.entry({ orderKey: "a", type: "second" }),
        b.entry({ orderKey: "b", type: "other" }),
      ];
      await b.put(first, second, other);
      const { seen } = b.work(({ entry, attempt }) => (entry.type === "first" && attempt === 1 ? retry(2) : DONE));
      await b.untilState(other.key, "done");
      await b.untilState(second.key, "done");
      const types = seen.map((one) => one.entry.type).filter((type) => type !== "other");
      assert.deepEqual(types, ["first", "first", "second"]);
    },
    "order",
  ],
  [
    "a dead one lets those behind it pass",
    async (b) => {
      const first = b.entry({ orderKey: "a" });
      const second = b.entry({ orderKey: "a" });
      await b.put(first, second);
      b.work(({ entry }) => (entry.key === first.key ? { state: "dead", reason: "x" } : DONE));
      await b.untilState(second.key, "done");
      assert.equal(await b.state(first.key), "dead");
    },
    "order",
  ],
]);

const stopping: readonly InboxCase[] = group("stop", [
  [
    "waits for what runs, and takes nothing more",
    async (b) => {
      const { opened, open } = gate();
      await b.put(b.entry());
      const worker = b.work(
        async () => {
          await opened;
          return DONE;
        },
        { concurrency: 1 },
      );
      await b.until("it runs", () => worker.seen.length === 1);
      await b.put(b.entry());
      let isStopped = false;
      const stopped = worker.stop().then(() => {
        isStopped = true;
      });
      await pause(100);
      assert.equal(isStopped, false);
      open();
      await stopped;
      await pause(200);
      assert.equal(worker.seen.length, 1);
      const counts = await b.inbox.counts(b.source);
      assert.deepEqual([counts.waiting, counts.running, counts.done], [1, 0, 1]);
    },
  ],
  [
    "leaves an uncounted retry for the next worker at once",
    async (b) => {
      const entry = b.entry();
      const { opened, open } = gate();
      await b.put(entry);
      const first = b.work(async () => {
        await opened;
        return retry(0, { isCounted: false });
      });
      await b.until("it runs", () => first.seen.length === 1);
      const stopped = first.stop();
      open();
      await stopped;
      const second = b.work();
      await b.until("the next worker runs it", () => second.seen.length === 1);
      assert.equal(second.seen[0]?.attempt, 1);
    },
  ],
]);

const crashing: readonly InboxCase[] = group("a crash", [
  [
    "gives the entry to another worker, counted",
    async (b) => {
      const entry = b.entry();
      await b.put(entry);
      const lost = b.work(() => new Promise(() => undefined));
      await b.until("it runs", () => lost.seen.length === 1);
      await b.crash(b.inbox);
      const { seen } = b.work(() => DONE, { inbox: survivor(b) });
      await b.until("another worker runs it", () => seen.length === 1, recoveryMs(b));
      assert.equal(seen[0]?.attempt, 2);
    },
    "crash",
  ],
  [
    `kills an entry whose ${POISON_STARTS} starts never ended`,
    async (b) => {
      // Only what can crash several times in one case: each start has a connection of its own.
      const entry = b.entry();
      await b.put(entry);
      const workers = [b.inbox, ...b.peers];
      if (workers.length < POISON_STARTS + 1) return;
      for (let at = 0; at < POISON_STARTS; at++) {
        const inbox = workers[at] as typeof b.inbox;
        const lost = b.work(() => new Promise(() => undefined), { inbox });
        await b.until(`start ${at + 1}`, () => lost.seen.length === 1, recoveryMs(b));
        await b.crash(inbox);
      }
      const last = workers[POISON_STARTS] as typeof b.inbox;
      const { seen } = b.work(() => DONE, { inbox: last });
      await b.until("it is dead", async () => (await last.get(entry.key))?.state === "dead", recoveryMs(b));
      assert.equal(seen.length, 0);
      assert.equal(b.dead.length, 1);
      assert.match((await last.get(entry.key))?.reason ?? "", /3|stall|process/i);
    },
    "crash",
  ],
]);

function survivor(b: InboxBench): InboxBench["inbox"] {
  const peer = b.peers[0];
  assert.ok(peer, "a case of a crash needs a peer");
  return peer;
}

function recoveryMs(b: InboxBench): number {
  return (b.harness.recoverySeconds ?? 10) * 1_000 + 5_000;
}

export const inboxCases: readonly InboxCase[] = [
  ...putting,
  ...running,
  ...retrying,
  ...dying,
  ...order,
  ...stopping,
  ...crashing,
];

// Cases of the inbox contract: what is stored, and what is known already.
import { strict as assert } from "node:assert";
import { InboxFullError } from "../../inbox/inbox.js";
import { type InboxCase, pause } from "./bench.js";
import { group } from "./group.js";

export const putCases: readonly InboxCase[] = group("put", [
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

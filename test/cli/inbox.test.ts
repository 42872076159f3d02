// Tests of `hookgate inbox` and `hookgate replay` on a real SQLite file.
import { existsSync } from "node:fs";
import express from "express";
import { createReceiver } from "hookgate";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { github } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { InboxEntry } from "../../src/inbox/inbox.js";
import { closeServers, serve } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import { cli, file } from "./cli.js";

afterAll(closeServers);

const SECRET = "0123456789abcdef0123456789abcdef";
const KEY = "k".repeat(43);
const env = { GITHUB_SECRET: SECRET };
let path: string;

function entry(key: string, more: Partial<InboxEntry> = {}): InboxEntry {
  return {
    key,
    source: "github",
    id: `id-${key[0]}`,
    type: "push",
    tenant: undefined,
    timestampMs: undefined,
    receivedAtMs: Date.UTC(2026, 0, 2),
    senderAttempt: undefined,
    isVerified: true,
    headers: { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": `id-${key[0]}` },
    body: Buffer.from('{"commits":[],"note":"\\u001b[31mred"}'),
    payloadFrom: "body",
    orderKey: undefined,
    ...more,
  };
}

/** An inbox with one dead event, one done and one that waits for another receiver. */
beforeEach(async () => {
  path = file("", "events.db");
  const inbox = sqliteInbox(path);
  await inbox.put([entry(KEY), entry("d".repeat(43))]);
  await new Promise<void>((resolve, reject) => {
    let ended = 0;
    const work = inbox.work({
      source: "github",
      concurrency: 1,
      onError: reject,
      onDead: () => undefined,
      async run({ key }) {
        if (++ended === 2) setTimeout(() => void work.stop().then(resolve), 20);
        return key === KEY ? { state: "dead", reason: "boom\nat line 1" } : { state: "done" };
      },
    });
  });
  await inbox.put([entry("w".repeat(43), { source: "other" })]);
  await inbox.close();
});

describe("inbox", () => {
  it("list shows dead events with their reason, or those of another state", async () => {
    const dead = await cli(["inbox", "list", "--inbox", path]);
    expect(dead.out).toMatch(new RegExp(`${KEY} +push +id-k +2026-01-02T00:00:00.000Z +github +1 +boom\n$`));
    const done = await cli(["inbox", "list", "--state", "done", "--inbox", path, "--json"]);
    expect(done.json()).toMatchObject([{ key: "d".repeat(43), state: "done" }]);
    const waiting = await cli(["inbox", "list", "--state", "waiting", "--source", "github", "--inbox", path]);
    expect([waiting.out, waiting.code]).toEqual(["no event is waiting\n", 0]);
  });

  it("show prints all of one entry, and no control character of it", async () => {
    const { out, code } = await cli(["inbox", "show", KEY, "--inbox", path]);
    expect(out).toMatch(/State +dead/);
    expect(out).toMatch(/x-github-event: push/);
    expect(out).toContain("boom\\u000aat line 1");
    expect(out).toContain("\\u001b[31mred");
    expect(out).not.toContain("\u001b");
    expect(code).toBe(0);
    expect((await cli(["inbox", "show", KEY, "--no-body", "--inbox", path])).out).not.toContain("commits");
    expect((await cli(["inbox", "show", KEY, "--inbox", path, "--json"])).json()).toMatchObject({
      key: KEY,
      reason: "boom\nat line 1",
    });
  });

  it("redrive puts an event back to waiting", async () => {
    const called = await cli(["inbox", "redrive", KEY, "--inbox", path]);
    expect([called.out, called.code]).toEqual(["redriven: 1 event\n", 0]);
    const { waiting, dead } = (await cli(["inbox", "counts", "--inbox", path, "--json"])).json();
    expect([waiting, dead]).toEqual([2, 0]);
  });

  it("redrive --all redrives all dead events", async () => {
    expect((await cli(["inbox", "redrive", "--all", "--inbox", path])).out).toBe("redriven: 1 event\n");
    expect((await cli(["inbox", "redrive", "--all", "--inbox", path])).out).toBe("redriven: 0 events\n");
  });

  it("redrive exits with 1 for an unknown entry", async () => {
    const called = await cli(["inbox", "redrive", "nothing", "--inbox", path]);
    expect([called.out, called.code]).toEqual([
      "redriven: 0 events; 1 of the keys belong to no dead or done event\n",
      1,
    ]);
  });

  it("counts exits with 1 while there are dead entries", async () => {
    const called = await cli(["inbox", "counts", "--inbox", path]);
    expect(called.out).toMatch(/waiting +1\nrunning +0\ndead +1\ndone +1\n/);
    expect(called.code).toBe(1);
  });

  it.each([
    ["a file that is not there", ["list", "--inbox", "nowhere.db"], /there is no file nowhere\.db/],
    ["an action that is not there", ["lst", "--inbox", "x"], /inbox lst: did you mean list\?/],
    ["no inbox", ["list"], /--inbox is missing/],
    ["a state that is not there", ["list", "--state", "gone"], /--inbox is missing|must be one of/],
    ["show without a key", ["show"], /--inbox is missing|takes one key/],
  ])("%s is misuse", async (_, args, message) => {
    const called = await cli(["inbox", ...args]);
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync("nowhere.db")).toBe(false);
  });

  it("creates no tables in a file that is not an inbox", async () => {
    const other = file("not a database at all, but long enough to be taken for one by a careless reader");
    const called = await cli(["inbox", "list", "--inbox", other]);
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(/is not an inbox of hookgate/)]);
  });
});

describe("replay", () => {
  const how = ["--sender", "github", "--secret-env", "GITHUB_SECRET"];

  it("signs an event of an inbox again, with the same id and bytes", async () => {
    const seen: unknown[] = [];
    const receiver = createReceiver(github({ secret: SECRET }), { onOutcome: () => undefined, logger: quietLogger });
    receiver.on("push", (event) => void seen.push([event.id, Buffer.from(event.body).toString("utf8")]));
    const url = `${await serve(express().use("/hooks", receiver))}/hooks`;
    const called = await cli(["replay", url, ...how, "--inbox", path, KEY, "--json"], { env });
    expect(called.json()).toMatchObject({ ok: true, replayed: [{ what: KEY, status: 200 }] });
    expect(seen).toEqual([["id-k", '{"commits":[],"note":"\\u001b[31mred"}']]);
  });

  it("signs a recorded delivery again", async () => {
    const receiver = createReceiver(github({ secret: SECRET }), { onOutcome: () => undefined, logger: quietLogger });
    const url = `${await serve(receiver)}/hooks`;
    const old = await createTestSender(github({ secret: "f".repeat(32) })).sign({
      type: "push",
      payload: { commits: [] },
    });
    const record = file(JSON.stringify({ ...old, body: Buffer.from(old.body).toString("utf8") }));
    const called = await cli(["replay", url, ...how, "--delivery", record], { env });
    expect([called.out, called.code]).toEqual([expect.stringMatching(/✓ {2}.*200/), 0]);
  });

  it("exits with 1 when the delivery is refused, and with 2 for an unknown key", async () => {
    const receiver = createReceiver(github({ secret: "f".repeat(32) }), {
      onOutcome: () => undefined,
      logger: quietLogger,
    });
    const url = `${await serve(receiver)}/hooks`;
    const refused = await cli(["replay", url, ...how, "--inbox", path, KEY], { env });
    expect([refused.out, refused.code]).toEqual([expect.stringMatching(/✗ .*401 unauthenticated/), 1]);
    const none = await cli(["replay", url, ...how, "--inbox", path, "nothing"], { env });
    expect([none.err, none.code]).toEqual([expect.stringMatching(/no event nothing/), 2]);
  });
});

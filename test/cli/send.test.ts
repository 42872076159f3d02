// Tests of `hookgate send`: one delivery, many, and every scenario, against the quick start and a naive receiver.
import type { RequestListener } from "node:http";
import express from "express";
import { createReceiver } from "hookgate";
import { github, stripe } from "hookgate/senders";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { app as quickStart } from "../../examples/quick-start.js";
import { closeServers, serve } from "../support/listen.js";
import { quiet } from "../support/quiet.js";
import { cli, file } from "./cli.js";
import { naive } from "./servers.js";

afterAll(closeServers);

const SECRET = "whsec_for_trying_it_out";
const env = { STRIPE_SECRET: SECRET };
const how = ["--sender", "stripe", "--secret-env", "STRIPE_SECRET"];
let quick: string;

interface Result {
  readonly name: string;
  readonly result: string;
  readonly problems: readonly string[];
}

const log = vi.spyOn(console, "log").mockImplementation(() => undefined); // the quick start's handler
afterAll(() => log.mockRestore());
beforeAll(async () => {
  quick = `${await serve(quickStart)}/webhooks/stripe`;
});

describe("one delivery", () => {
  it("is signed as its sender signs, and reported", async () => {
    const { code, out } = await cli(["send", quick, ...how, "--type", "invoice.paid"], { env });
    expect(out).toMatch(/^200 in \d+ ms evt_/);
    expect(code).toBe(0);
  });

  it("exits with 1 and prints the code when the receiver refuses it", async () => {
    const called = await cli(["send", quick, ...how], { env: { STRIPE_SECRET: "whsec_of_another_endpoint" } });
    expect(called.code).toBe(1);
    expect(called.out).toMatch(/401 unauthenticated/);
    expect(called.out).toMatch(/hookgate verify/);
  });

  it("exits with 1 when the connection is refused", async () => {
    const { code, out } = await cli(["send", "http://127.0.0.1:1/hooks", ...how, "--json"], { env });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: expect.stringContaining("ECONNREFUSED") });
  });

  it("takes its data from a file, standard input, or the command line", async () => {
    const bodies: unknown[] = [];
    const app = express();
    app.post("/hooks", express.json(), (req, res) => {
      bodies.push(req.body);
      res.end();
    });
    const url = `${await serve(app)}/hooks`;
    const data = '{"data":{"object":{"id":"in_7"}}}';
    await cli(["send", url, ...how, "--type", "a.b", "--data", `@${file(data)}`], { env });
    await cli(["send", url, ...how, "--type", "a.b", "--data", "@-"], { env, input: data });
    await cli(["send", url, ...how, "--type", "a.b", "--data", data, "--id", "evt_7"], { env });
    expect(bodies).toMatchObject([
      { type: "a.b", data: { object: { id: "in_7" } } },
      { type: "a.b", data: { object: { id: "in_7" } } },
      { type: "a.b", id: "evt_7" },
    ]);
  });
});

describe("many", () => {
  it("have separate ids and are counted by answer", async () => {
    const ids = new Set<unknown>();
    const receiver = createReceiver(stripe({ secret: SECRET }), quiet);
    receiver.on("a.b", (event) => void ids.add(event.id));
    const url = `${await serve(receiver)}/`;
    const data = '{"id":"evt_same","data":{"object":{}}}';
    const called = await cli(["send", url, ...how, "--type", "a.b", "--data", data, "--repeat", "20", "--json"], {
      env,
    });
    expect(called.json()).toMatchObject({ ok: true, sent: 20, failed: 0, answers: { 200: 20 } });
    expect(ids.size).toBe(20);
  });

  it("are sent at a rate, with a progress bar on a terminal", async () => {
    const started = performance.now();
    const called = await cli(["send", quick, ...how, "--repeat", "11", "--rate", "50"], { env, isTerminal: true });
    expect(performance.now() - started).toBeGreaterThan(190);
    expect(called.err).toMatch(/█.* 11\/11/);
    expect(called.out).toMatch(/200 {2}×11/);
  });
});

describe("--scenario all", () => {
  it("passes against the quick start", async () => {
    const called = await cli(["send", quick, ...how, "--scenario", "all"], { env });
    expect(called.out).toMatch(/\n12 passed\n$/);
    expect(called.code).toBe(0);
  });

  it("passes against a receiver of GitHub, which signs no time", async () => {
    let handled = 0;
    const receiver = createReceiver(github({ secret: SECRET }), quiet);
    receiver.on("ping", () => void handled++);
    const url = `${await serve(receiver)}/hooks`;
    const count = await serve((_req, res) => void res.end(String(handled)));
    const args = ["send", url, "--sender", "github", "--secret-env", "STRIPE_SECRET", "--scenario", "all", "--json"];
    const called = await cli([...args, "--effects", count], { env });
    const { results } = called.json() as { results: readonly Result[] };
    expect(results.filter(({ result }) => result === "skipped").map(({ name }) => name)).toEqual(["stale", "future"]);
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(called.code).toBe(0);
  });

  it("counts scenarios that do not apply as not sent, as text and as JSON", async () => {
    const receiver = createReceiver(github({ secret: SECRET }), { onOutcome: () => undefined });
    receiver.on("*", () => undefined);
    const url = `${await serve(receiver as RequestListener)}/hooks`;
    const args = [
      "send",
      url,
      "--sender",
      "github",
      "--secret-env",
      "STRIPE_SECRET",
      "--scenario",
      "valid,stale,future",
    ];
    const text = await cli(args, { env });
    expect(text.out).toMatch(/\n1 passed, 2 not sent\n$/);
    expect((await cli([...args, "--json"], { env })).json()).toMatchObject({
      ok: true,
      counts: { passed: 1, failed: 0, notSent: 2 },
    });
  });

  it("counts scenarios after Ctrl+C as not sent, and exits with 1", async () => {
    const stopping = new AbortController();
    const url = `${await serve((req, res) => {
      stopping.abort();
      req.resume();
      req.on("end", () => void res.end());
    })}/hooks`;
    const args = ["send", url, ...how, "--scenario", "unsigned,valid,gzip", "--json"];
    const called = await cli(args, { env, signal: stopping.signal });
    const { ok, counts } = called.json() as { ok: boolean; counts: Record<string, number> };
    expect([called.code, ok, counts.notSent]).toEqual([1, false, 2]);
  });

  it("fails a large delivery whose connection is closed without an answer", async () => {
    const url = `${await serve((req, res) => {
      if (Number(req.headers["content-length"]) > 1_000_000) {
        req.once("data", () => req.socket.destroy());
        return;
      }
      req.resume();
      req.on("end", () => void res.end());
    })}/hooks`;
    const called = await cli(["send", url, ...how, "--scenario", "large", "--json"], { env });
    const { results } = called.json() as { results: readonly { result: string; problems: readonly string[] }[] };
    expect(results).toMatchObject([
      { result: "failed", problems: [expect.stringMatching(/closed without an answer.*answer 413/)] },
    ]);
    expect(called.code).toBe(1);
  });

  it("reports each fault of a naive receiver", async () => {
    const { app } = naive("/hooks");
    const origin = await serve(app);
    const args = ["send", `${origin}/hooks`, ...how, "--scenario", "all", "--effects", `${origin}/count`, "--json"];
    const called = await cli(args, { env });
    expect(called.code).toBe(1);
    const { results } = called.json() as { results: readonly Result[] };
    const wrong = Object.fromEntries(results.map(({ name, problems }) => [name, problems.join("; ")]));
    expect(wrong).toEqual({
      valid: "",
      duplicate: expect.stringMatching(/handled again: remember the ids/),
      concurrent: expect.stringMatching(/handled 5 times: claim its id/),
      stale: expect.stringMatching(/signed 3600 s ago was accepted with 200: a recorded delivery can be sent again/),
      future: expect.stringMatching(/in the future was accepted/),
      tampered: expect.stringMatching(/changed delivery was accepted with 200: who is on the way can change/),
      "wrong-secret": expect.stringMatching(/signed with another secret was accepted with 200: anybody can sign/),
      unsigned: expect.stringMatching(/unsigned delivery was accepted with 200: anybody who knows the URL/),
      reordered: "",
      large: expect.stringMatching(/256 KiB was answered 413: the limit for bodies is below/),
      slow: "",
      gzip: expect.stringMatching(/compressed delivery was accepted with 200/),
    });
  });

  it("runs the named scenarios once each, and suggests a name for a misspelt one", async () => {
    const args = ["send", quick, ...how, "--scenario", "unsigned,valid", "--scenario", "valid", "--json"];
    const { results } = (await cli(args, { env })).json() as { results: readonly Result[] };
    expect(results.map(({ name }) => name)).toEqual(["valid", "unsigned"]);
    const called = await cli(["send", quick, ...how, "--scenario", "tamperd"], { env });
    expect([called.code, called.err]).toEqual([2, expect.stringContaining("did you mean tampered?")]);
  });
});

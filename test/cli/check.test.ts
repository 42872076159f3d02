// `hookgate check`: real servers, each with one thing wrong with it, are told apart.

import type { IncomingMessage, RequestListener } from "node:http";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { afterAll, describe, expect, it } from "vitest";
import { selfSigned } from "../../examples/self-signed.js";
import { closeServers, serve } from "../support/listen.js";
import { quiet } from "../support/quiet.js";
import { cli, file, type World } from "./cli.js";
import { command } from "./process.js";
import { naive } from "./servers.js";

afterAll(closeServers);

const SECRET = "whsec_for_trying_it_out";
const env = { STRIPE_SECRET: SECRET };
const how = ["--sender", "stripe", "--secret-env", "STRIPE_SECRET"];
const DAY_MS = 86_400_000;

interface Probe {
  readonly check: string;
  readonly result: string;
  readonly message: string;
  readonly facts?: Record<string, unknown>;
}

async function check(url: string, more: readonly string[] = [], world: World = { env }) {
  const called = await cli(["check", url, ...how, "--json", ...more], world);
  const { ok, probes } = called.json() as { ok: boolean; probes: readonly Probe[] };
  const problems = probes.filter(({ result }) => result === "problem");
  return { ok, probes, problems, code: called.code, find: (name: string) => probes.find((one) => one.check === name) };
}

function healthy(): RequestListener {
  return createReceiver(stripe({ secret: SECRET }), quiet) as RequestListener;
}

/** A receiver without dedupe. */
function forgetful(): { readonly app: RequestListener; readonly count: () => number } {
  let count = 0;
  const receiver = createReceiver(stripe({ secret: SECRET }), { ...quiet, dedupe: false });
  receiver.onUnhandled((_event, context) => {
    count++;
    context.reply({ body: `handled ${count}` });
  });
  return { app: receiver as RequestListener, count: () => count };
}

/** A receiver that delays its first delivery, whose answer time is measured. */
function delayed(inner: RequestListener, ms: number): RequestListener {
  let waitMs = ms;
  return (req, res) => {
    setTimeout(() => inner(req as IncomingMessage, res), waitMs);
    if (req.method === "POST") waitMs = 0;
  };
}

describe("finds what is wrong with an endpoint", () => {
  it("nothing: exit code 0", async () => {
    const { ok, problems, code, probes } = await check(`${await serve(healthy())}/hooks`);
    expect([ok, problems, code]).toEqual([true, [], 0]);
    expect(probes.map(({ check: name, result }) => `${name} ${result}`)).toEqual([
      "https note",
      "dns ok",
      "connect ok",
      "signed ok",
      "time ok",
      "duplicate note",
      "unsigned ok",
      "tampered ok",
      "wrong-secret ok",
      "stale ok",
      "size ok",
    ]);
  });

  it("down: the connection is refused", async () => {
    const { problems, code, find } = await check("http://127.0.0.1:1/hooks");
    expect(problems).toMatchObject([{ check: "connect", message: expect.stringMatching(/down: .*ECONNREFUSED/) }]);
    expect(find("signed")).toMatchObject({ result: "skipped" });
    expect(code).toBe(1);
  });

  it("down: the host name does not resolve", async () => {
    const { problems } = await check("https://hooks.invalid/stripe");
    expect(problems).toMatchObject([
      { check: "dns", message: expect.stringMatching(/hooks\.invalid leads to no address/) },
    ]);
  });

  it("an expired certificate", async () => {
    const tls = selfSigned(Date.now() - 5 * DAY_MS);
    const { problems, code, find } = await check(`${await serve(healthy(), tls)}/hooks`);
    expect(problems).toMatchObject([
      { check: "certificate", message: expect.stringMatching(/^expired [45] days ago/) },
    ]);
    expect(find("certificate")?.facts).toMatchObject({ daysLeft: expect.any(Number) });
    expect(find("signed")).toMatchObject({ result: "skipped" });
    expect(code).toBe(1);
  });

  it("a certificate that senders do not trust", async () => {
    const { problems } = await check(`${await serve(healthy(), selfSigned())}/hooks`);
    expect(problems).toMatchObject([{ check: "certificate", message: expect.stringMatching(/self-signed/) }]);
  });

  it("an answer near the sender's time limit", async () => {
    const origin = await serve(delayed(healthy(), 1_700));
    const { problems, code } = await check(`${origin}/hooks`, ["--time-limit", "2"]);
    expect(problems).toMatchObject([
      { check: "time", message: expect.stringMatching(/^slow: answered in \d+ ms; the sender waits 2 s/) },
    ]);
    expect(code).toBe(1);
  });

  it("an answer after the sender's time limit", async () => {
    const origin = await serve(delayed(healthy(), 800));
    const { problems } = await check(`${origin}/hooks`, ["--time-limit", "0.2"]);
    expect(problems).toMatchObject([{ check: "time", message: expect.stringMatching(/slow: no answer/) }]);
  });

  it("a receiver that accepts unsigned deliveries", async () => {
    const { app } = naive("/hooks");
    const { problems, code } = await check(`${await serve(app)}/hooks`);
    expect(problems.map((one) => one.check)).toEqual(["unsigned", "tampered", "wrong-secret", "stale", "size"]);
    expect(problems[0]?.message).toMatch(/unsigned delivery was accepted with 200: anybody who knows the URL can send/);
    expect(code).toBe(1);
  });

  it("a receiver without dedupe, by answers that differ each time", async () => {
    const { app } = forgetful();
    const { problems } = await check(`${await serve(app)}/hooks`);
    expect(problems).toMatchObject([{ check: "duplicate", message: expect.stringMatching(/differ each time/) }]);
  });

  it("a receiver without dedupe, for certain with --effects", async () => {
    const { app, count } = forgetful();
    const effects = await serve((_req, res) => void res.end(String(count())));
    const { problems } = await check(`${await serve(app)}/hooks`, ["--effects", effects]);
    expect(problems).toMatchObject([{ check: "duplicate", message: expect.stringMatching(/handled again/) }]);
  });

  it("a receiver that rejects duplicates, so that the sender retries forever", async () => {
    const seen = new Set<string>();
    const inner = healthy();
    const receiver = createReceiver(stripe({ secret: SECRET }), { ...quiet, dedupe: false });
    receiver.onUnhandled((event) => {
      if (seen.has(event.id as string)) throw new Error("duplicate key");
      seen.add(event.id as string);
    });
    expect(inner).toBeDefined();
    const { problems } = await check(`${await serve(receiver as RequestListener)}/hooks`);
    expect(problems).toMatchObject([{ check: "duplicate", message: expect.stringMatching(/again was answered 500/) }]);
  });

  it("a secret that differs from the receiver's", async () => {
    const origin = await serve(healthy());
    const { problems } = await check(`${origin}/hooks`, [], { env: { STRIPE_SECRET: "whsec_of_another_endpoint" } });
    expect(problems).toMatchObject([{ check: "signed", message: expect.stringMatching(/401 .*Is it the secret/) }]);
  });

  it.each([301, 404, 405, 410, 429, 500, 502])(
    "one problem in a server that answers %i to everything",
    async (status) => {
      const origin = await serve((req, res) => {
        req.resume();
        res.writeHead(status, { location: "/elsewhere" }).end();
      });
      const { problems, find } = await check(`${origin}/hooks`);
      expect(problems).toMatchObject([{ check: "signed", message: expect.stringContaining(String(status)) }]);
      for (const name of ["duplicate", "unsigned", "tampered", "wrong-secret", "stale", "size"])
        expect(find(name)).toMatchObject({ result: "skipped", message: expect.stringContaining(`(${status})`) });
    },
  );

  it("one problem in a server that closes every connection", async () => {
    const origin = await serve((req) => void req.socket.destroy());
    const { problems } = await check(`${origin}/hooks`);
    expect(problems.map((one) => one.check)).toEqual(["signed"]);
  });
});

describe("plain http beside https", () => {
  it.each([
    ["is answered", 200, {}, "problem"],
    ["is refused", 403, {}, "ok"],
    ["is redirected to https", 301, { location: "https://127.0.0.1/hooks" }, "ok"],
    ["is redirected elsewhere", 302, { location: "/login" }, "note"],
  ])("%s", async (_, status, headers, result) => {
    const plain = await serve((req, res) => void req.resume().on("end", () => res.writeHead(status, headers).end()));
    const origin = await serve(healthy(), selfSigned());
    const { find } = await check(`${origin}/hooks`, ["--http-url", `${plain}/hooks`]);
    expect(find("plain-http")).toMatchObject({ result });
  });
});

it("checks an https endpoint with a private certificate authority, as a process", async () => {
  const tls = selfSigned();
  const url = `${await serve(healthy(), tls)}/hooks`;
  const { code, out } = await command(["check", url, ...how, "--json"], {
    env: { ...env, NODE_EXTRA_CA_CERTS: file(tls.cert) },
  });
  const { probes } = JSON.parse(out) as { probes: readonly Probe[] };
  // It lasts for a day: that is told, and what comes after it is asked all the same.
  expect(probes.filter(({ result }) => result === "problem")).toMatchObject([
    { check: "certificate", message: expect.stringMatching(/expires in 0 days/) },
  ]);
  expect(probes.find((one) => one.check === "signed")).toMatchObject({ result: "ok" });
  expect(code).toBe(1);
});

describe("--every", () => {
  it("prints all at first, then only what changed, and ends on Ctrl+C", async () => {
    const stop = new AbortController();
    let isBroken = false;
    const [good, bad] = [healthy(), naive("/hooks").app];
    const url = `${await serve((req, res) => void (isBroken ? bad : good)(req, res))}/hooks`;
    const told: { ok: boolean; changed?: readonly Probe[] }[] = [];
    const { code } = await cli(["check", url, ...how, "--every", "20ms", "--json"], {
      env,
      signal: stop.signal,
      onOut(line) {
        told.push(JSON.parse(line) as (typeof told)[number]);
        if (told.length === 1) isBroken = true;
        else stop.abort();
      },
    });
    expect(told.map(({ ok }) => ok)).toEqual([true, false]);
    expect(told[1]?.changed?.map((one) => one.check)).toContain("unsigned");
    expect(told[1]?.changed?.map((one) => one.check)).not.toContain("connect");
    expect(code).toBe(1);
  });
});

it("check prints its result as text", async () => {
  const called = await cli(["check", `${await serve(healthy())}/hooks`, ...how], { env });
  expect(called.out).toMatch(/✓ {2}signed/);
  expect(called.out).toMatch(/\nhealthy\n$/);
});

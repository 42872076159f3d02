// `hookgate endpoints`, called in this process, against local servers that speak GitHub's and Stripe's APIs.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createReceiver } from "hookgate";
import { github, gitlab, stripe } from "hookgate/senders";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiServer, type Fault } from "../endpoints/servers/api-server.js";
import { GITHUB_TOKEN, type GithubApi, githubApi } from "../endpoints/servers/github-api.js";
import { STRIPE_KEY, type StripeApi, stripeApi } from "../endpoints/servers/stripe-api.js";
import { start } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";
import { type Called, cli, file } from "./cli.js";
import { command } from "./process.js";

const SECRET = "the first secret of these tests";
const NEXT = "the second secret of these tests";
const env = { GITHUB_TOKEN, STRIPE_API_KEY: STRIPE_KEY, HOOK_SECRET: SECRET, NEXT_SECRET: NEXT };

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A receiver on a free port, which reads its secrets at each delivery. */
async function receiver(sender: unknown): Promise<string> {
  const made = createReceiver(sender as never, { logger: quietLogger } as never);
  (made as { on(pattern: string, handler: () => void): unknown }).on("push", () => undefined);
  const server = await start(made as never);
  opened.push(server);
  return `${server.origin}/hook`;
}

/** Asserts that no token or secret is printed. */
function discreet(called: Called): Called {
  for (const text of Object.values(env)) expect(called.out + called.err).not.toContain(text);
  return called;
}

describe("at GitHub", { timeout: 60_000 }, () => {
  let api: GithubApi;
  let secrets: string[];
  let lookups: number;
  let url: string;
  beforeEach(async () => {
    api = await githubApi();
    opened.push(api);
    secrets = [SECRET];
    lookups = 0;
    url = await receiver(
      github({
        secret() {
          lookups++;
          return secrets;
        },
      }),
    );
  });

  const at = (): string[] => [
    ...["--sender", "github", "--option", "repo=acme/shop", "--token-env", "GITHUB_TOKEN"],
    ...["--option", `baseUrl=${api.url}`, "--option", "tries=1"],
  ];
  const run = async (...args: string[]): Promise<Called> =>
    discreet(await cli(["endpoints", ...args, ...at()], { env }));
  const declared = (more: readonly string[] = []): string[] => [
    ...["ensure", url, "--events", "issues,push", "--secret-env", "HOOK_SECRET"],
    ...more,
  ];

  it("ensure prints the plan and its steps; a second run has nothing to do", async () => {
    const planned = await run(...declared(["--dry-run"]));
    expect([planned.code, api.hooks.size]).toEqual([1, 0]);
    expect(planned.out).toMatch(
      /^GitHub acme\/shop\n {2}\+ create .* for issues, push\n {2}\? verify .* sender's ping\n$/,
    );
    const made = await run(...declared());
    expect([made.code, api.hooks.size]).toEqual([0, 1]);
    expect(made.out).toMatch(/→ create [^\n]*\n→ verify [^\n]*\ndone\n$/);
    const again = await run(...declared());
    expect([again.code, again.out]).toEqual([0, expect.stringMatching(/= keep .*: up to date\nnothing to do\n$/)]);
    expect((await run(...declared(["--dry-run"]))).code).toBe(0);
  });

  it("ensure --json prints the same as data", async () => {
    const { code, json } = await run(...declared(["--json"]));
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      ok: true,
      title: "GitHub acme/shop",
      plan: { isInOrder: false, steps: [{ action: "create" }, { action: "prove", by: "ping" }] },
      isChanged: true,
      endpoint: { url, events: ["issues", "push"], isEnabled: true },
    });
  });

  it("ensure prints the fix and exits with 1 when the receiver has another secret", async () => {
    secrets = [NEXT];
    const { code, err } = await run(...declared());
    expect([code, err]).toEqual([1, expect.stringMatching(/not verified.*another secret\nFix: The new webhook/)]);
  });

  it("ensure --replaces removes the old URL once the new one is verified", async () => {
    await run(...declared());
    const old = url;
    url = await receiver(github({ secret: SECRET }));
    expect((await run(...declared(["--replaces", old, "--prove"]))).code).toBe(0);
    expect([...api.hooks.values()].map(({ hook }) => hook.config.url)).toEqual([url]);
  });

  it("list shows endpoints and their state, and exits with 1 for a URL that is not registered", async () => {
    expect((await run("list")).out).toBe("GitHub acme/shop: nothing is registered\n");
    await run(...declared());
    for (const { hook } of api.hooks.values()) hook.active = false;
    const { code, out } = await run("list");
    expect([code, out]).toEqual([0, expect.stringMatching(/^ID +STATE +URL +EVENTS\n\d+ +off.* issues, push\n$/)]);
    expect((await run("list", url, "--json")).json()).toMatchObject({ ok: false, endpoints: [{ isEnabled: false }] });
    expect((await run("list", "https://example.com/none")).code).toBe(1);
  });

  it("rotate changes the secret only with --yes and only once the receiver accepts the new one", async () => {
    await run(...declared());
    const [kept] = api.hooks.values();
    const rotate = ["rotate", url, "--secret-env", "NEXT_SECRET", "--previous-env", "HOOK_SECRET"];
    const unasked = await run(...rotate);
    expect([unasked.code, unasked.err]).toEqual([2, expect.stringMatching(/give --yes, or --dry-run/)]);
    const refused = await run(...rotate, "--yes");
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/was answered 401\nFix: .*\n? *accept both secrets/),
    ]);
    expect(kept?.secret).toBe(SECRET);
    secrets = [NEXT, SECRET];
    const done = await run(...rotate, "--yes");
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/done\n$/)]);
    expect(kept?.secret).toBe(NEXT);
  });

  it("rotate --wait waits for the deployment of the new secret", async () => {
    await run(...declared());
    const before = lookups;
    const rotated = run("rotate", url, "--secret-env", "NEXT_SECRET", "--yes", "--wait", "30s");
    await until(() => lookups > before);
    secrets = [NEXT, SECRET];
    expect((await rotated).code).toBe(0);
  });

  it("remove changes nothing without --yes, and lists what is registered for an unknown URL", async () => {
    await run(...declared());
    expect((await run("remove", url, "--json")).code).toBe(2);
    const other = await run("remove", "https://example.com/typo", "--yes");
    expect([other.code, other.out]).toEqual([0, expect.stringContaining(`registered: ${url}`)]);
    expect(api.hooks.size).toBe(1);
    expect((await run("remove", url, "--dry-run")).code).toBe(1);
    expect((await run("remove", url, "--yes")).code).toBe(0);
    expect(api.hooks.size).toBe(0);
  });

  it("remove asks for confirmation on a terminal", async () => {
    await run(...declared());
    const asked = ["endpoints", "remove", url, ...at()];
    const no = await cli(asked, { env, typed: "no" });
    expect([no.code, no.err]).toEqual([1, expect.stringMatching(/continue\? \[y\/N\] nothing was changed/)]);
    expect(api.hooks.size).toBe(1);
    expect((await cli(asked, { env, typed: "y" })).code).toBe(0);
    expect(api.hooks.size).toBe(0);
  });

  const message = { message: `no, ${GITHUB_TOKEN}` };
  const failures: readonly [string, Fault, string, RegExp][] = [
    ["401", { status: 401, body: message }, "unauthorized", /is valid.*The token is read from GITHUB_TOKEN/],
    ["403", { status: 403, body: message }, "forbidden", /permission Webhooks/],
    ["404", { status: 404, body: message }, "not_found", /the names given with --option/],
    ["422", { status: 422, body: message }, "refused", /Change the value that the sender names/],
    ["429", { status: 429, headers: { "retry-after": "90" } }, "rate_limited", /Wait 90 seconds/],
    ["500", { status: 500, body: message }, "unavailable", /status page/],
    ["a bad page", { text: "<html>sign in" }, "bad_answer", /a proxy, a login page/],
    ["a broken connection", "reset", "unreachable", /DNS, firewall/],
    ["slow", "hang", "slow", /--option timeoutSeconds=60/],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1" } }, "redirected", /--option baseUrl/],
  ];
  it.each(failures)(
    "%s of the API: prints the fix without the token, exit code 1",
    async (_name, fault, problem, fix) => {
      const list = ["list", ...(fault === "hang" ? ["--option", "timeoutSeconds=0.1"] : [])];
      api.fail(fault);
      const ended = await run(...list, "--json");
      expect(ended.json()).toMatchObject({ ok: false, problem, fix: expect.stringMatching(fix) });
      expect(ended.code).toBe(1);
      api.fail(fault);
      const { out, err, code } = discreet(await cli(["endpoints", ...list, ...at()], { env }));
      expect([code, out, err]).toEqual([1, "", expect.stringMatching(/^hookgate: GitHub could not [^\n]*\nFix: /)]);
    },
  );

  it("shows no password of a URL, and no control character of an answer", async () => {
    await fetch(`${api.url}/repos/acme/shop/hooks`, {
      method: "POST",
      headers: { authorization: `Bearer ${GITHUB_TOKEN}` },
      body: JSON.stringify({ config: { url: "https://user:hunter2@example.com/\u001b[2J" }, events: ["push"] }),
    });
    for (const more of [[], ["--json"]]) {
      const { out } = await run("list", ...more);
      for (const text of ["hunter2", "\u001b"]) expect(out).not.toContain(text);
      expect(out).toContain("https://…@example.com/");
    }
  });
});

describe("at Stripe, which creates the secret", { timeout: 60_000 }, () => {
  let api: StripeApi;
  let url: string;
  let kept: string;
  beforeEach(async () => {
    api = await stripeApi();
    opened.push(api);
    kept = file("", "kept.secret");
    url = await receiver(stripe({ secret: () => readFileSync(kept, "utf8").split("\n").filter(Boolean) }));
  });
  const run = async (...args: string[]): Promise<Called> => {
    const at = ["--sender", "stripe", "--token-env", "STRIPE_API_KEY", "--option", `baseUrl=${api.url}`];
    const ended = discreet(await cli(["endpoints", ...args, ...at], { env }));
    for (const { secret } of api.endpoints.values()) expect(ended.out + ended.err).not.toContain(secret);
    return ended;
  };
  const keepIt = (): string[] => ["--secret-to", `cat >> '${kept}'; echo >> '${kept}'`];

  it("refuses to create an endpoint before it knows where the secret goes", async () => {
    const { code, err } = await run("ensure", url, "--events", "invoice.paid");
    expect([code, err]).toEqual([2, expect.stringMatching(/--secret-out PATH.*Nothing was changed/)]);
    expect(api.endpoints.size).toBe(0);
  });

  it("writes the secret to a new file, and needs none the second time", async () => {
    const path = `${kept}.new`;
    const ensure = ["ensure", url, "--events", "invoice.paid", "--secret-out", path];
    expect((await run(...ensure)).code).toBe(0);
    const [endpoint] = api.endpoints.values();
    expect(readFileSync(path, "utf8")).toBe(`${endpoint?.secret}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await run(...ensure)).toMatchObject({ code: 0, out: expect.stringMatching(/nothing to do/) });
    const rotated = await run("rotate", url, "--yes", "--secret-out", path);
    expect([rotated.code, rotated.err]).toEqual([2, expect.stringMatching(/exists and is not overwritten/)]);
  });

  it("removes the new endpoint where its secret cannot be kept", async () => {
    const { code, err } = await run("ensure", url, "--events", "invoice.paid", "--secret-to", "exit 3");
    expect([code, err]).toEqual([2, expect.stringMatching(/ended with 3; the new endpoint is removed again/)]);
    expect(api.endpoints.size).toBe(0);
  });

  it("rotates with a command that deploys the secret; if the receiver rejects it, nothing changes", async () => {
    await run("ensure", url, "--events", "invoice.paid", ...keepIt(), "--prove");
    const [before] = api.endpoints.keys();
    const path = `${kept}.next`;
    const failed = await run("rotate", url, "--yes", "--secret-out", path);
    expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(/was answered 401\nFix: .*while this\s+runs/)]);
    expect([[...api.endpoints.keys()], existsSync(path)]).toEqual([[before], false]);
    expect((await run("rotate", url, "--yes", ...keepIt())).code).toBe(0);
    expect(api.endpoints.size).toBe(1);
    expect(api.endpoints.has(before ?? "")).toBe(false);
  });

  it("Ctrl+C during --wait restores the state before the rotation", async () => {
    await run("ensure", url, "--events", "invoice.paid", ...keepIt());
    const [before] = api.endpoints.keys();
    const path = `${kept}.next`;
    const args = ["endpoints", "rotate", url, "--yes", "--secret-out", path, "--wait", "30s"];
    const at = ["--sender", "stripe", "--token-env", "STRIPE_API_KEY", "--option", `baseUrl=${api.url}`];
    const signalOn = (out: string): NodeJS.Signals | undefined => (out.includes("→ prove") ? "SIGINT" : undefined);
    const ended = await command([...args, ...at], { env, signalOn });
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/is not verified/)]);
    expect([[...api.endpoints.keys()], existsSync(path)]).toEqual([[before], false]);
  });

  it("asks for the kept secret where a change of events is to be verified", async () => {
    await run("ensure", url, "--events", "invoice.paid", ...keepIt());
    const more = ["ensure", url, "--events", "*", "--prove"];
    expect(await run(...more)).toMatchObject({ code: 2, err: expect.stringMatching(/only once.*Nothing was changed/) });
    expect((await run(...more, "--secret-file", kept)).code).toBe(0);
  });
});

describe("by hand", () => {
  it("prints the steps, and verifies them where the secret is given", async () => {
    const portone = [
      "endpoints",
      "ensure",
      "http://127.0.0.1:1/hook",
      "--sender",
      "portone",
      "--events",
      "Transaction.Paid",
    ];
    const told = await cli(portone);
    expect([told.code, told.out]).toEqual([
      0,
      expect.stringMatching(/^PortOne\n {2}! Open the console.*not verified: give/s),
    ]);
    const secret = { env: { S: `whsec_${Buffer.from(SECRET).toString("base64")}` } };
    const tried = await cli([...portone, "--secret-env", "S"], secret);
    expect([tried.code, tried.out]).toEqual([
      1,
      expect.stringMatching(/! the endpoint is not verified yet: a signed delivery was not answered/),
    ]);
    expect((await cli(["endpoints", "remove", "http://127.0.0.1:1", "--sender", "portone"])).err).toMatch(/by hand/);
  });
});

describe("misuse exits with 2, says what to do, and calls no API", () => {
  const url = "https://example.com/hook";
  const place = ["--sender", "github", "--token-env", "GITHUB_TOKEN"];
  const whole = [...place, "--option", "repo=acme/shop", "--option", "baseUrl=http://127.0.0.1:1"];
  const ensure = ["ensure", url, ...whole, "--events", "push"];
  const cases: readonly [string, readonly string[], RegExp][] = [
    ["no action", [], /takes ensure, list, rotate, remove/],
    ["a misspelt action", ["ensur"], /did you mean ensure\?/],
    ["no sender", ["list"], /--sender is missing/],
    ["a misspelt sender", ["list", "--sender", "githb"], /did you mean github\?/],
    [
      "a sender without an API",
      ["list", "--sender", "slack"],
      /no adapter for an API of slack.*hookgate senders slack/,
    ],
    ["no token", ["list", "--sender", "github"], /token .* is missing: --token-env NAME.*not the webhook's secret/],
    ["a token that is not set", ["list", "--sender", "github", "--token-env", "NOPE"], /NOPE is not set/],
    [
      "a token in the place of its name",
      ["list", "--sender", "github", "--token-env", GITHUB_TOKEN],
      /does not look like/,
    ],
    ["a token twice", ["list", ...whole, "--token-file", file("x")], /give the token once/],
    ["an empty token file", ["list", "--sender", "stripe", "--token-file", file("\n")], /is empty/],
    ["a missing token file", ["list", "--sender", "stripe", "--token-file", "/nope"], /cannot be read/],
    ["a token as an option", ["list", ...place, "--option", "token=ghp_1"], /in the process list/],
    [
      "no place",
      ["list", ...place],
      /place at github is missing: give --option owner=… --option repo=…, or --option org=…/,
    ],
    ["half a place", ["list", ...place, "--option", "owner=acme"], /got owner/],
    ["two places", ["list", ...whole, "--option", "org=acme"], /place at github is missing/],
    ["an unknown option", ["list", ...whole, "--option", "basUrl=x"], /did you mean "baseUrl"\?/],
    ["an option without a value", ["list", ...whole, "--option", "tries"], /OPTION=VALUE/],
    ["an option with a wrong number", ["list", ...whole, "--option", "tries=x"], /tries must be a number above 0/],
    [
      "a base URL in the open",
      ["list", ...place, "--option", "org=a", "--option", "baseUrl=http://a.test"],
      /must be https/,
    ],
    ["no URL", ["ensure", ...whole], /takes the public URL of the endpoint/],
    ["a relative URL", ["ensure", "example.com", ...whole], /must be absolute/],
    ["two URLs", ["list", url, url, ...whole], /takes one URL/],
    ["no events", ["ensure", url, ...whole, "--secret-env", "HOOK_SECRET"], /--events is missing/],
    ["no secret", ensure, /secret for signing deliveries of github is missing.*not the token/],
    [
      "the token as the secret",
      [...ensure, "--secret-env", "GITHUB_TOKEN"],
      /the secret is the API token.*openssl rand/,
    ],
    ["two secrets", [...ensure, "--secret-env", "HOOK_SECRET", "--secret-env", "NEXT_SECRET"], /--previous-env/],
    ["proof and no proof", [...ensure, "--secret-env", "HOOK_SECRET", "--prove", "--no-prove"], /exclude each other/],
    ["--wait without --prove", [...ensure, "--secret-env", "HOOK_SECRET", "--wait", "3s"], /give --prove, too/],
    [
      "a place for a secret that is ours",
      [...ensure, "--secret-env", "HOOK_SECRET", "--secret-out", "x"],
      /you create it/,
    ],
    [
      "an option of another action",
      ["remove", url, ...whole, "--events", "push"],
      /belongs to endpoints ensure, not to remove/,
    ],
    ["rotate without the new secret", ["rotate", url, ...whole], /the new secret is missing/],
    [
      "rotate to the same secret",
      ["rotate", url, ...whole, "--secret-env", "HOOK_SECRET", "--previous-env", "HOOK_SECRET"],
      /the same/,
    ],
    [
      "rotate where an endpoint has no secret",
      ["rotate", url, "--sender", "discord", "--token-env", "GITHUB_TOKEN"],
      /no secret per endpoint/,
    ],
    [
      "a proof that cannot be had",
      ["ensure", url, "--sender", "sendgrid", "--token-env", "GITHUB_TOKEN", "--events", "open", "--prove"],
      /cannot sign deliveries of sendgrid.*--no-prove/,
    ],
    ["a token of a sender by hand", ["list", "--sender", "kakao", "--token-env", "GITHUB_TOKEN"], /needs no token/],
  ];
  it.each(cases)("%s", async (_name, args, message) => {
    const called = discreet(await cli(["endpoints", ...args], { env }));
    expect([called.code, called.out, called.err]).toEqual([2, "", expect.stringMatching(message)]);
    expect(called.err.split("\n")).toHaveLength(2);
    expect((await cli(["endpoints", ...args, "--json"], { env })).json()).toEqual({
      error: expect.stringMatching(message),
    });
  });
});

it("verifies GitLab's token, which its API registers, and not its signature", async () => {
  const url = await receiver(gitlab({ token: SECRET }));
  const hooks: object[] = [];
  const api = await apiServer(({ method, path, body }) => {
    if (path.endsWith("/test/push_events")) return { status: 201, body: { message: "201 Created" } };
    if (method === "POST") hooks.push({ id: 1, ...(JSON.parse(body) as object) });
    return { status: method === "POST" ? 201 : 200, body: method === "POST" ? hooks[0] : hooks };
  });
  opened.push(api);
  const args = ["ensure", url, "--events", "push", "--secret-env", "HOOK_SECRET", "--prove", "--sender", "gitlab"];
  const at = ["--option", "project=acme/shop", "--option", `baseUrl=${api.url}`, "--token-env", "GITHUB_TOKEN"];
  const { code, err } = await cli(["endpoints", ...args, ...at], { env });
  expect([code, err]).toEqual([0, ""]);
  expect(api.asked.find(({ method }) => method === "POST")?.body).toContain(`"token":"${SECRET}"`);
});

it("reads the token from a .env file, and from a file with a line break at its end", async () => {
  const api = await githubApi();
  opened.push(api);
  const at = ["endpoints", "list", "--sender", "GitHub", "--option", "org=acme", "--option", `baseUrl=${api.url}`];
  const path = file("");
  writeFileSync(path, `${GITHUB_TOKEN}\n`);
  expect((await cli([...at, "--token-file", path])).code).toBe(0);
  const dotenv = file(`TOKEN=${GITHUB_TOKEN}\n`, ".env");
  expect((await cli([...at, "--env-file", dotenv, "--token-env", "TOKEN"])).code).toBe(0);
});

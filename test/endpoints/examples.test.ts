// The examples of registration and backfill do what they say, against servers that speak the senders' APIs.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import * as missed from "../../examples/backfill.js";
import * as endpoints from "../../examples/endpoints.js";
import { measure, plotOf, STRATEGIES, tableOf } from "../../examples/polling.js";
import { stripeEvents } from "../../src/backfill/index.js";
import { compiled } from "../support/compiled.js";
import { start } from "../support/listen.js";
import { GITHUB_TOKEN, githubApi } from "./servers/github-api.js";
import { STRIPE_KEY, stripeApi } from "./servers/stripe-api.js";

// A minute of the comparison, compressed.
vi.hoisted(() => {
  process.env.MINUTE_MS = "250";
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const fullLife = compiled(new URL("../../examples/full-life.ts", import.meta.url));
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of opened.splice(0)) await one.close();
});

it("full-life.ts ends with every event paid once", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fullLife], {
    cwd: root,
  });
  expect(stdout).toContain("a second time: nothing to do");
  expect(stdout).toContain("evt_2: gave_up after 9 attempts (- - - - - - - - -)");
  expect(stdout).toContain("the-sender: 4 listed (2 processed, 2 duplicates), done");
  expect(stdout).toContain("paid in the end: evt_1, evt_4, evt_2, evt_3");
}, 30_000);

it("endpoints.ts registers a webhook at GitHub, once, changes its secret, and watches it", async () => {
  const api = await githubApi();
  const server = await start(endpoints.app);
  opened.push(api, server);
  const url = `${server.origin}/webhooks/github`;
  const place = { token: GITHUB_TOKEN, owner: "acme", repo: "shop", url, baseUrl: api.url };
  // `url` is the endpoint's and not the adapter's.
  expect((await endpoints.register(place, "only for trying it out")).steps.map(({ action }) => action)).toEqual([
    "create",
    "prove",
  ]);
  expect((await endpoints.register(place, "only for trying it out")).isInOrder).toBe(true);
  const plan = await endpoints.changeSecret(place, "another one for trying it out");
  expect(plan.steps.map(({ action }) => action)).toEqual(["prove", "update", "prove"]);
  expect([...api.hooks.values()][0]?.secret).toBe("another one for trying it out");
  const watch = endpoints.watched(place);
  opened.push({ close: () => watch.stop() });
  expect((await watch.look()).alarms.filter(({ name }) => name !== "unreachable")).toEqual([]);
});

it("backfill.ts fetches what was missed, once", async () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const api = await stripeApi();
  opened.push(api);
  const event = await api.emit("invoice.paid", {});
  const fetching = missed.missedFrom(stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url }));
  await fetching.run();
  await fetching.run();
  expect(vi.mocked(console.log).mock.calls).toEqual([
    ["paid", event.id],
    ["stripe-events: 1 listed (1 processed), done"],
    ["stripe-events: 1 listed (1 duplicates), done"],
  ]);
});

it("polling.ts loses nothing where webhooks are backed up, and handles nothing twice", async () => {
  const all = await Promise.all(
    [STRATEGIES[0], STRATEGIES[4]].flatMap((one) => (one === undefined ? [] : [measure(one)])),
  );
  expect(all[0]?.lost).toBeGreaterThan(0);
  expect(all[1]).toMatchObject({ lost: 0, twice: 0 });
  expect(tableOf(all).split("\n")).toHaveLength(4);
  expect(plotOf(all)).toMatch(/^<svg .*<\/svg>\n$/s);
}, 40_000);

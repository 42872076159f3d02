// Tests of the command line in general: help, misuse, suggestions, secrets, colours.
import { describe, expect, it } from "vitest";
import { knownSenders } from "../../src/cli/senders/find-sender.js";
import { sampleSender } from "../../src/cli/senders/sample-sender.js";
import { cli, file } from "./cli.js";

const COMMANDS = ["send", "verify", "check", "senders", "replay", "inbox", "endpoints", "backfill", "completion"];

describe("help", () => {
  it("lists the commands and the exit codes; no command exits with 2", async () => {
    const { out, code } = await cli(["--help"]);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(out).toMatch(/Exit codes: 0 no problem, 1 a problem was found, 2/);
    expect(code).toBe(0);
    expect((await cli([])).code).toBe(2);
  });

  it.each(COMMANDS)("%s has usage, options and examples", async (name) => {
    const { out, code } = await cli([name, "--help"]);
    expect(out).toMatch(new RegExp(`Usage\n  hookgate ${name} `));
    expect(out).toMatch(/Options\n[\s\S]*--json/);
    expect(out).toMatch(new RegExp(`Examples\n  hookgate ${name}`));
    expect(code).toBe(0);
    expect((await cli(["help", name])).out).toBe(out);
  });

  it("prints the version", async () => {
    const { out, code } = await cli(["--version"]);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });
});

describe("misuse exits with 2 and says what to do", () => {
  const url = "http://127.0.0.1:1/hooks";
  const cases: readonly [string, readonly string[], RegExp][] = [
    ["a misspelt command", ["chek"], /no command "chek"; did you mean check\?/],
    ["a misspelt option", ["send", url, "--sendr", "stripe"], /unknown option --sendr; did you mean --sender\?/],
    ["an unknown option", ["send", url, "--frobnicate"], /see hookgate send --help/],
    ["a misspelt sender", ["send", url, "--sender", "strpe"], /no sender "strpe"; did you mean stripe\?/],
    ["no sender", ["send", url], /--sender is missing/],
    ["no secret", ["send", url, "--sender", "stripe"], /secret is missing.*--secret-env NAME/],
    ["no URL", ["send", "--sender", "stripe"], /send takes one URL/],
    ["a relative URL", ["send", "localhost:3000", "--sender", "stripe"], /must be absolute/],
    ["an option without its value", ["send", url, "--sender"], /--sender needs a value: --sender NAME/],
    ["an option whose value is an option", ["send", url, "--sender", "--type"], /--sender needs a value/],
    ["an option twice", ["send", url, "--sender", "stripe", "--sender", "github"], /--sender is given twice/],
    ["a variable that is not set", ["send", url, "--sender", "stripe", "--secret-env", "NOPE"], /NOPE is not set/],
    [
      "a file that is not there",
      ["send", url, "--sender", "stripe", "--secret-file", "/nope"],
      /\/nope cannot be read \(ENOENT\)/,
    ],
    [
      "data that is not JSON",
      ["send", url, "--sender", "stripe", "--secret-env", "S", "--data", "{x"],
      /--data must be JSON/,
    ],
    [
      "a number with a wrong value",
      ["send", url, "--sender", "stripe", "--secret-env", "S", "--repeat", "many"],
      /--repeat must be a number/,
    ],
    [
      "a duration with a wrong value",
      ["check", url, "--sender", "stripe", "--secret-env", "S", "--every", "often"],
      /--every must be a duration/,
    ],
    ["no delivery", ["verify", "--sender", "stripe", "--secret-env", "S"], /the delivery is missing/],
    [
      "a delivery file of unknown form",
      ["verify", "--sender", "stripe", "--secret-env", "S", "--delivery", file("hello")],
      /neither JSON nor an HTTP message/,
    ],
    ["--repeat with --scenario", ["send", url, "--scenario", "all", "--repeat", "3"], /leave them out with --scenario/],
  ];
  it.each(cases)("%s", async (_, args, message) => {
    const called = await cli(args, { env: { S: "whsec_0123456789abcdef" } });
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(message)]);
    expect(called.err.split("\n")).toHaveLength(2);
    const asJson = await cli([...args, "--json"], { env: { S: "whsec_0123456789abcdef" } });
    expect(asJson.json()).toEqual({ error: expect.stringMatching(message) });
  });
});

describe("secrets", () => {
  const url = "http://127.0.0.1:1/hooks";

  it.each([
    ["--secret", "whsec_0123456789abcdef"],
    ["--secret=whsec_0123456789abcdef", ""],
  ])("on the command line are refused, with the reason, and not repeated: %s", async (...option) => {
    const called = await cli(["send", url, "--sender", "stripe", ...option.filter((one) => one !== "")]);
    expect(called.code).toBe(2);
    expect(called.err).toMatch(/process list and in the shell history.*--secret-env NAME/);
    expect(called.err).not.toContain("0123456789");
  });

  it("are not repeated when given in place of a variable's name", async () => {
    const called = await cli(["send", url, "--sender", "stripe", "--secret-env", "whsec_0123456789abcdef"]);
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(/does not look like a variable name/)]);
    expect(called.err).not.toContain("0123456789");
  });

  it("are read from .env files, and other options of the sender by name", async () => {
    const dotenv = file("GITLAB_TOKEN='0123456789abcdef0123'\n");
    const args = ["--sender", "gitlab", "--env-file", dotenv, "--secret-env", "token=GITLAB_TOKEN"];
    const delivery = file(
      JSON.stringify({
        headers: { "x-gitlab-token": "0123456789abcdef0123", "content-type": "application/json" },
        body: '{"object_kind":"push"}',
      }),
    );
    const called = await cli(["verify", ...args, "--delivery", delivery, "--json"]);
    // It has no idempotency key, and is a delivery even so.
    expect(called.json()).toMatchObject({ ok: true, sender: "gitlab" });
  });
});

describe("colours", () => {
  const args = ["senders", "stripe"];
  const ESC = "\u001b[";

  it.each([
    ["on a terminal", args, { isTerminal: true }, true],
    ["nowhere else", args, {}, false],
    ["with NO_COLOR", args, { isTerminal: true, env: { NO_COLOR: "1" } }, false],
    ["with --no-color", [...args, "--no-color"], { isTerminal: true }, false],
    ["on a dumb terminal", args, { isTerminal: true, env: { TERM: "dumb" } }, false],
  ])("%s", async (_, given, world, isColoured) => {
    expect((await cli(given, world)).out.includes(ESC)).toBe(isColoured);
  });
});

describe("senders", () => {
  it("lists all senders with what each signs", async () => {
    const { out, code } = await cli(["senders"]);
    expect(out).toMatch(/^stripe +Stripe +body, time +15 s +3 days +library$/m);
    expect(out).toMatch(/^github +GitHub +body +10 s +3 days, by hand +library$/m);
    expect(code).toBe(0);
  });

  it("describes one sender: signature, ids, retries, replies, unconfirmed points", async () => {
    const { out } = await cli(["senders", "Stripe"]);
    expect(out).toMatch(/Signed +body, time/);
    expect((await cli(["senders", "Paddle"])).out).toMatch(/Id +event_id of the body\n/);
    expect(out).toMatch(/Replies +success is 200, 201, 202, 204, within 15 s; by POST/);
    expect(out).toMatch(/Unconfirmed\n {2}- /);
    expect(out).toMatch(/Checked against +the library `stripe`\./);
    expect((await cli(["senders", "github", "--json"])).json()).toMatchObject({
      signs: { body: true, time: false },
      oracle: { kind: "library", source: "@octokit/webhooks-methods" },
      id: { at: "the header x-github-delivery", isSigned: false },
      retries: false,
      timeLimitSeconds: 10,
    });
  });

  it("can build each sender, so that its facts are known", async () => {
    const known = await knownSenders();
    const unknown = known.filter((one) => sampleSender(one) === undefined).map(({ name }) => name);
    expect(known.length).toBeGreaterThan(6);
    expect(unknown).toEqual([]);
  });
});

// `hookgate send`: signs and sends a delivery as the sender does, or runs scenarios and compares the answers.
import { nearest } from "../../lib/nearest.js";
import { runScenarios, type ScenarioName, type ScenarioResult, scenarioNames } from "../../testing/scenarios/index.js";
import type { Command, Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { type Cell, type Paint, table, wrap } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { SENDER_OPTIONS, SIGNING_OPTIONS } from "../senders/chosen-sender.js";
import { EVENT_OPTIONS, type EventGiven, readEvent } from "../senders/payload.js";
import { sendMany } from "../senders/send-many.js";
import { chooseSigner, countFrom, type Signer } from "../senders/signer.js";

export const send: Command = {
  name: "send",
  summary: "Signs and sends a delivery as the sender does, or runs scenarios against a receiver.",
  usage: "<url> --sender NAME --secret-env NAME [--type TYPE] [--data JSON|@FILE]",
  details: [
    "--scenario compares the answers with the expected ones: valid, duplicate, concurrent, stale, future, tampered, wrong-secret, unsigned, reordered, large, slow, gzip, or all. Exit code 1 if an answer differs.",
    "Works with any receiver. The deliveries are genuine, so handlers run.",
  ],
  options: {
    ...SENDER_OPTIONS,
    ...EVENT_OPTIONS,
    id: { type: "string", value: "ID", help: "The event's id. Default: a new one." },
    scenario: {
      type: "string",
      isList: true,
      value: "NAME[,NAME]",
      completes: "scenario",
      help: "One scenario, several, or all.",
    },
    effects: {
      type: "string",
      value: "URL",
      help: "A URL of yours that returns the number of handled events. With it duplicates are detected for certain.",
    },
    repeat: { type: "string", value: "N", help: "Send N events, each with its own id." },
    rate: {
      type: "string",
      value: "N",
      help: "At most N events per second. Default: one after another.",
    },
    ...SIGNING_OPTIONS,
    "time-limit": { type: "string", value: "SECONDS", help: "How long to wait for an answer. Default: the sender's." },
  },
  examples: [
    "hookgate send http://localhost:3000/webhooks/stripe --sender stripe --secret-env STRIPE_WEBHOOK_SECRET --type invoice.paid --data @invoice.json",
    "hookgate send http://localhost:3000/webhooks/github --sender github --env-file .env --secret-env GITHUB_WEBHOOK_SECRET --scenario all",
    "hookgate send http://localhost:3000/hooks --sender stripe --secret-file ./secret --scenario duplicate,concurrent --effects http://localhost:3000/count",
    "hookgate send http://localhost:3000/hooks --sender stripe --secret-file ./secret --repeat 1000 --rate 50",
  ],
  async run(given, context) {
    const [url, ...others] = given.positionals;
    if (url === undefined || others.length > 0) throw new UsageError(`send takes one URL: hookgate send ${send.usage}`);
    const only = scenariosOf(given);
    if (only !== undefined && (given.isSet("repeat") || given.isSet("rate"))) {
      throw new UsageError("--repeat and --rate send plain events; leave them out with --scenario");
    }
    const signer = await chooseSigner(given, context.io, url);
    const event = await readEvent(given, context.io, signer.known);
    return only === undefined ? sendMany(given, context, signer, event) : runAll(given, context, signer, event, only);
  },
};

function scenariosOf(given: Given): readonly ScenarioName[] | undefined {
  const wanted = given
    .list("scenario")
    .flatMap((text) => text.split(","))
    .map((name) => name.trim());
  if (wanted.length === 0) return undefined;
  for (const name of wanted) {
    if (name === "all" || (scenarioNames as readonly string[]).includes(name)) continue;
    const near = nearest(name, [...scenarioNames, "all"]);
    const advice = near === undefined ? `there are ${scenarioNames.join(", ")}, all` : `did you mean ${near}?`;
    throw new UsageError(`--scenario: there is no ${JSON.stringify(name)}; ${advice}`);
  }
  return wanted.includes("all") ? scenarioNames : scenarioNames.filter((name) => wanted.includes(name));
}

async function runAll(
  given: Given,
  { io, paint, isJson }: Context,
  signer: Signer,
  event: EventGiven,
  only: readonly ScenarioName[],
): Promise<ExitCode> {
  const effects = given.text("effects");
  const timeLimitSeconds = given.number("time-limit");
  const results = await runScenarios(signer.sender, signer.url, {
    ...signer.signing,
    ...event,
    only,
    signal: io.signal,
    ...(effects === undefined ? {} : { effects: countFrom(effects) }),
    ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }),
    onResult: (scenario) => {
      if (io.isErrTerminal && !isJson) io.err(`\r\u001b[K${scenario.name} ${scenario.result}`);
    },
  });
  if (io.isErrTerminal && !isJson) io.err("\r\u001b[K");
  const counts = countsOf(results, only.length);
  // After Ctrl+C some scenarios have not run.
  const isFine = counts.failed === 0 && !io.signal.aborted;
  const { url, known } = signer;
  if (isJson) io.out(`${JSON.stringify({ ok: isFine, url, sender: known.name, counts, results }, null, 2)}\n`);
  else io.out(scenarioReport(results, counts, paint));
  return isFine ? 0 : 1;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Scenarios that do not apply to the sender, or that did not run. */
  readonly notSent: number;
}

function countsOf(results: readonly ScenarioResult[], wanted: number): Counts {
  const count = (wantedResult: ScenarioResult["result"]): number =>
    results.filter(({ result }) => result === wantedResult).length;
  const [passed, failed] = [count("passed"), count("failed")];
  return { passed, failed, notSent: wanted - passed - failed };
}

const MARKS = { passed: ["✓", "green"], failed: ["✗", "red"], skipped: ["-", "dim"] } as const;

/** Writes a table of expected and actual answers, and the problems below it. */
export function scenarioReport(results: readonly ScenarioResult[], counts: Counts, paint: Paint): string {
  const rows = results.map((scenario): readonly (Cell | string)[] => {
    const [text, colour] = MARKS[scenario.result];
    const actual = scenario.result === "skipped" ? "not sent" : actualOf(scenario);
    return [{ text, colour }, scenario.name, scenario.sends, scenario.expected, plain(actual)];
  });
  const failed = results.filter(({ problems }) => problems.length > 0);
  const notes = results.filter((result) => result.notes.length > 0);
  const { passed, notSent } = counts;
  const counted = [`${passed} passed`, `${counts.failed} failed`, `${notSent} not sent`]
    .filter((text) => !/^0 [fn]/.test(text))
    .join(", ");
  return [
    table([["", "SCENARIO", "SENT", "EXPECTED", "ACTUAL"], ...rows], paint),
    ...failed.flatMap(({ name, problems }) =>
      problems.map((problem) => `\n${paint("red", `✗ ${name}`)}: ${wrap(plain(problem), "  ")}\n`),
    ),
    notes.length === 0 ? "" : "\n",
    ...notes.flatMap(({ name, notes: said }) =>
      said.map((note) => paint("dim", `- ${name}: ${wrap(plain(note), "  ")}\n`)),
    ),
    `\n${counted}\n`,
  ].join("");
}

/** `200, 200, 503`; equal answers are counted: `200 ×5`. */
function actualOf({ steps }: ScenarioResult): string {
  const answers = steps.map(({ status, error }) =>
    status === undefined ? plain(error ?? "no answer") : String(status),
  );
  if (answers.length > 2 && new Set(answers).size === 1) return `${answers[0]} ×${answers.length}`;
  return answers.join(", ");
}

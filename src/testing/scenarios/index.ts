// Runs the scenarios of a sender, a network and an attacker against a receiver.
import { nearest } from "../../lib/nearest.js";
import { CHECKED_LATER, checkOptions, FUNCTION, type OptionRules } from "../../lib/options.js";
import type { Sender } from "../../sender/sender.js";
import type { TestTarget } from "../../test-sender/targets.js";
import type { SendOptions, TestSenderOptions } from "../../test-sender/test-sender.js";
import { SCENARIO_CASES, type ScenarioCase, type ScenarioName } from "./cases.js";
import { openStage, type ScenarioStep, type Stage, type StageOptions } from "./stage.js";

/** What `runScenario` knows. */
export type { ScenarioName } from "./cases.js";

/** The event that is sent, and how it gets there. */
export interface ScenarioOptions
  extends TestSenderOptions,
    Pick<SendOptions, "type" | "payload" | "headers" | "contentType" | "path"> {
  /** The type of the event: one that your handlers take. */
  readonly type: string;
  /** These bytes and no others, instead of a payload. */
  readonly body?: Uint8Array | string;
  /**
   * How many events have been handled: a number of rows, of calls. Whether an event that comes again is handled again
   * cannot be seen from its answers alone.
   */
  readonly effects?: () => number | Promise<number>;
  /** How long the sender waits. Default: as its row says. */
  readonly timeLimitSeconds?: number;
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
}

/** How a scenario went. */
export interface ScenarioResult {
  readonly name: ScenarioName;
  /** What was sent, in a few words. */
  readonly sends: string;
  /** What should have come back, in a few words. */
  readonly expected: string;
  readonly result: "passed" | "failed" | "skipped";
  /** What is wrong with the receiver, and how to mend it. Empty unless it failed. */
  readonly problems: readonly string[];
  /** What is worth knowing, and not wrong; of a scenario that was skipped, why. */
  readonly notes: readonly string[];
  readonly steps: readonly ScenarioStep[];
}

/** All names, in a good order to run them in. */
export const scenarioNames: readonly ScenarioName[] = Object.keys(SCENARIO_CASES) as ScenarioName[];

const RULES: OptionRules<ScenarioOptions> = {
  type: CHECKED_LATER,
  payload: CHECKED_LATER,
  headers: CHECKED_LATER,
  contentType: CHECKED_LATER,
  path: CHECKED_LATER,
  body: CHECKED_LATER,
  effects: FUNCTION,
  timeLimitSeconds: CHECKED_LATER,
  signal: CHECKED_LATER,
  key: CHECKED_LATER,
  now: FUNCTION,
  url: CHECKED_LATER,
};

/**
 * Sends what the scenario is about, and judges what came back.
 *
 * `valid`, `duplicate`, `concurrent`, `reordered` and `slow` must be told success; `stale`, `future`, `tampered`,
 * `wrong-secret`, `unsigned` and `gzip` must be refused; of `large` one delivery each. What a sender cannot do is
 * skipped: one that signs no time sends nothing stale.
 *
 * Promise: the deliveries are what this sender would send, byte for byte. Not promised: that a receiver which passes is
 * right, for only its answers are seen. `effects` shows more.
 *
 * @param sender - As given to `createReceiver`, secret included.
 * @param target - A URL, an app, a server, a receiver, as for `createTestSender`.
 * @throws {TypeError} For an unknown scenario, or a malformed option.
 * @example
 * const result = await runScenario("duplicate", stripe({ secret }), app, {
 *   type: "invoice.paid",
 *   payload: { data: { object: { id: "in_1" } } },
 *   effects: () => handled.length,
 * });
 * assert.deepEqual(result.problems, []);
 */
export async function runScenario<Events>(
  name: ScenarioName,
  sender: Sender<Events>,
  target: TestTarget,
  options: ScenarioOptions,
): Promise<ScenarioResult> {
  if (!Object.hasOwn(SCENARIO_CASES, name)) throw unknownScenario(name);
  checkOptions("runScenario", options, RULES);
  const described = sender as unknown as Sender<never>;
  const { type, payload, headers, contentType, body, effects, ...how } = options;
  const timeLimitSeconds = how.timeLimitSeconds ?? described.profile.timeLimitSeconds;
  const { sends, expected, skip, run }: ScenarioCase = SCENARIO_CASES[name];
  const stage: Stage = openStage(described, target, {
    ...how,
    timeLimitSeconds,
    hasOwnIds: true,
  } satisfies StageOptions);
  const scene = {
    stage,
    event: {
      type,
      ...(payload === undefined ? {} : { payload }),
      ...(headers === undefined ? {} : { headers }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(body === undefined ? {} : { body }),
    },
    timeLimitSeconds,
    effects: effects === undefined ? undefined : async () => effects(),
  };
  function skipped(why: string): ScenarioResult {
    return { name, sends, expected, result: "skipped", problems: [], notes: [why], steps: [] };
  }
  try {
    const reason = skip?.(scene);
    if (reason !== undefined) return skipped(reason);
    const found = await run(scene).catch((error: unknown) => {
      // What cannot be made of this sender's deliveries, such as one that is too large to be signed. A genuine one must be.
      if (error instanceof TypeError && name !== "valid") return error.message;
      throw error;
    });
    if (typeof found === "string") return skipped(found);
    const { steps, problems, notes = [] } = found;
    return {
      name,
      sends,
      expected,
      result: problems.length === 0 ? "passed" : "failed",
      problems,
      notes,
      steps: steps.map(({ sent: _sent, errorCode: _errorCode, ...told }) => told),
    };
  } finally {
    await stage.close();
  }
}

/**
 * Several scenarios, one after another: all, unless `only` names some.
 *
 * @param options.only - Default: all, in the order of `scenarioNames`.
 * @param options.onResult - Told of each as it ends.
 * @throws {TypeError} As `runScenario`.
 * @example
 * const results = await runScenarios(stripe({ secret }), app, { type: "invoice.paid" });
 * assert.deepEqual(results.flatMap((result) => result.problems), []);
 */
export async function runScenarios<Events>(
  sender: Sender<Events>,
  target: TestTarget,
  options: ScenarioOptions & {
    readonly only?: readonly ScenarioName[];
    readonly onResult?: (result: ScenarioResult) => void;
  },
): Promise<readonly ScenarioResult[]> {
  const { only = scenarioNames, onResult, ...each } = options;
  for (const name of only) if (!Object.hasOwn(SCENARIO_CASES, name)) throw unknownScenario(name);
  const results: ScenarioResult[] = [];
  for (const name of only) {
    if (options.signal?.aborted === true) break;
    const result = await runScenario(name, sender, target, each);
    results.push(result);
    onResult?.(result);
  }
  return results;
}

function unknownScenario(name: string): TypeError {
  const near = nearest(String(name), scenarioNames);
  const advice = near === undefined ? `there are ${scenarioNames.join(", ")}` : `did you mean ${near}?`;
  return new TypeError(`there is no scenario ${JSON.stringify(name)}; ${advice}`);
}

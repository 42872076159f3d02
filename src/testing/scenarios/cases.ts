// The scenarios, and which of them a sender has.

import { gzipSync } from "node:zlib";
import type { SignedDelivery } from "../../test-sender/compose.js";
import type { SendOptions } from "../../test-sender/test-sender.js";
import {
  closedWithoutAnswer,
  type Findings,
  mustBeRefused,
  mustSucceed,
  problemsIn,
  ranAgain,
  refusal,
  withoutNumber,
} from "./findings.js";
import type { Stage, Step } from "./stage.js";

/** What a scenario is given. */
export interface Scene {
  readonly stage: Stage;
  /** The event: its type, payload, headers. */
  readonly event: SendOptions;
  readonly timeLimitSeconds: number;
  /** How many events have been handled; `undefined` where that cannot be seen. */
  readonly effects: (() => Promise<number>) | undefined;
}

export function unsignable({ stage }: Scene): string | undefined {
  return stage.sender.definition.auth.sign === undefined ? "this sender's deliveries cannot be signed here" : undefined;
}

export function unbound(scene: Scene): string | undefined {
  const { covers } = scene.stage.sender.definition.auth;
  const isBound = covers.body || (covers.fields?.length ?? 0) > 0;
  return unsignable(scene) ?? (isBound ? undefined : "the proof of this sender binds nothing of what is sent");
}

export function untimed(scene: Scene): string | undefined {
  const { auth, toleranceSeconds } = scene.stage.sender.definition;
  const isJudged = auth.signsTime && toleranceSeconds !== null;
  return unsignable(scene) ?? (isJudged ? undefined : "this sender signs no time that could be judged");
}

export function unproven({ stage }: Scene): string | undefined {
  return stage.sender.definition.confirm === undefined
    ? undefined
    : "most events of this sender come unsigned; `confirm` verifies them";
}

/** Whatever it is signed with, nothing of it is a proof. */
export function keyless(scene: Scene): string | undefined {
  const { auth, confirm } = scene.stage.sender.definition;
  const { covers, credentialHeaders, credentialQuery = [] } = auth;
  const isBare = credentialHeaders.length + credentialQuery.length + (covers.fields?.length ?? 0) === 0 && !covers.body;
  return unsignable(scene) ?? (confirm !== undefined && isBare ? "this sender signs nothing" : undefined);
}

/** An event that came before is not told apart without an id that stays the same. */
export function hasNoId({ stage }: Scene, request: Pick<SignedDelivery, "id"> | undefined): boolean {
  return stage.sender.definition.dedupe === false || request?.id === undefined;
}

export interface ScenarioCase {
  /** What is sent, in a few words. */
  readonly sends: string;
  /** What must come back, in a few words. */
  readonly expected: string;
  /** Why it does not apply; `undefined` where it does. */
  readonly skip?: (scene: Scene) => string | undefined;
  readonly run: (scene: Scene) => Promise<Findings>;
}

const TOLERANCE_SECONDS = 300;
const AN_HOUR_SECONDS = 3_600;
const COPIES = 5;
/** Well above the 100 KB at which body parsers stop by default, and below what senders send. */
const ROOMY_BYTES = 262_144;
/** A body in five pieces over a second. */
const TRICKLE = { count: 5, pauseMs: 200 };
/** An oversized body in pieces: the receiver can answer 413 before the body is complete. */
const HUGE = { count: 4, pauseMs: 100 };
/** From this share of its patience on a sender's answer is called late. */
const LATE_SHARE = 0.5;

/** What can be tried on an endpoint, in the order in which it is. */
export type ScenarioName =
  | "valid"
  | "duplicate"
  | "concurrent"
  | "stale"
  | "future"
  | "tampered"
  | "wrong-secret"
  | "unsigned"
  | "reordered"
  | "large"
  | "slow"
  | "gzip";

export const SCENARIO_CASES: Readonly<Record<ScenarioName, ScenarioCase>> = {
  valid: {
    sends: "a genuine event",
    expected: "success",
    skip: unsignable,
    async run({ stage, event, timeLimitSeconds }) {
      const step = await stage.send("a genuine event", event);
      const seconds = (step.answeredMs / 1000).toFixed(1);
      const isLate = step.status !== undefined && step.answeredMs > timeLimitSeconds * 1000 * LATE_SHARE;
      const notes = isLate ? [`the answer took ${seconds} s of the ${timeLimitSeconds} s that the sender waits`] : [];
      return { steps: [step], problems: problemsIn(mustSucceed(step, stage.sender.profile)), notes };
    },
  },
  duplicate: {
    sends: "one event three times",
    expected: "success each time, handled once",
    skip: unsignable,
    async run(scene) {
      const { stage, event, effects } = scene;
      const before = await effects?.();
      const first = await stage.send("an event", event);
      if (first.sent === undefined) return { steps: [first], problems: [`an event: ${first.error}`] };
      const once = await effects?.();
      const again: Step[] = [];
      for (const what of ["the same event again", "the same event a third time"]) {
        again.push(await stage.send(what, { duplicateOf: first.sent, ...headersOf(event) }));
      }
      const steps = [first, ...again];
      const failed = problemsIn(...steps.map((step) => mustSucceed(step, stage.sender.profile)));
      const counts = effects === undefined ? undefined : ([before, once, await effects()] as readonly number[]);
      return { steps, ...ranAgain(hasNoId(scene, first.sent), counts, again, failed) };
    },
  },
  concurrent: {
    sends: `${COPIES} copies of one event at once`,
    expected: "success, or 503 to come again; handled once",
    skip: unsignable,
    async run(scene) {
      const { stage, event, effects } = scene;
      const signed = await stage.sign(event);
      const before = await effects?.();
      const copies = Array.from({ length: COPIES }, (_, at) =>
        stage.send(`copy ${at + 1}`, { duplicateOf: { request: signed }, ...headersOf(event) }),
      );
      const steps = await Promise.all(copies);
      const after = await effects?.();
      const { profile } = stage.sender;
      const isFirmed = steps.some(({ status }) => status !== undefined && profile.successStatuses.includes(status));
      const failed = steps.map((step) =>
        step.status === 503 || step.status === 429 ? undefined : mustSucceed(step, profile),
      );
      const ran = (after ?? 0) - (before ?? 0);
      const problems = problemsIn(
        ...new Set(failed.map(withoutNumber)),
        isFirmed ? undefined : `none of ${COPIES} copies that came at once was told success`,
        ran > 1 && !hasNoId(scene, signed)
          ? `one event that came ${COPIES} times at once was handled ${ran} times: claim its id before handling it`
          : undefined,
      );
      return { steps, problems };
    },
  },
  stale: {
    sends: "an event that was signed long ago",
    expected: "4xx",
    skip: untimed,
    run: (scene) => outOfTime(scene, 1),
  },
  future: {
    sends: "an event that is signed in the future",
    expected: "4xx",
    skip: untimed,
    run: (scene) => outOfTime(scene, -1),
  },
  tampered: {
    sends: "an event that was changed after it was signed",
    expected: "4xx",
    skip: unbound,
    async run({ stage, event }) {
      const { body } = stage.sender.definition.auth.covers;
      const step = await stage.send("a changed delivery", { ...event, tamper: body ? "body" : "signature" });
      return refusal(step, "who is on the way can change what is sent. Verify the signature over the bytes that came");
    },
  },
  "wrong-secret": {
    sends: "an event signed with another secret",
    expected: "4xx",
    skip: keyless,
    async run({ stage, event }) {
      const step = await stage.send("a delivery signed with another secret", { ...event, wrongKey: true });
      return refusal(step, "anybody can sign. Verify the signature with the secret of this endpoint");
    },
  },
  unsigned: {
    sends: "an event without any credentials",
    expected: "4xx",
    skip: unproven,
    async run({ stage, event }) {
      const step = await stage.send("an unsigned delivery", { ...event, unsigned: true });
      return refusal(step, "anybody who knows the URL can send. Verify the sender's signature before anything else");
    },
  },
  reordered: {
    sends: "two events, the newer one first",
    expected: "success for both",
    skip: unsignable,
    async run({ stage, event }) {
      const tolerance = stage.sender.definition.toleranceSeconds ?? TOLERANCE_SECONDS;
      const newer = await stage.send("the newer event", event);
      const older = await stage.send("the older event after it", { ...event, stale: Math.min(30, tolerance / 2) });
      const { profile } = stage.sender;
      return { steps: [newer, older], problems: problemsIn(mustSucceed(newer, profile), mustSucceed(older, profile)) };
    },
  },
  large: {
    sends: "a large event, and one that is larger than the sender ever sends",
    expected: "success, then 413",
    skip: (scene) => unsignable(scene) ?? (isPaddable(scene.event) ? undefined : "this payload cannot be padded"),
    async run({ stage, event }) {
      const { profile } = stage.sender;
      const bytes = Math.min(ROOMY_BYTES, Math.floor(profile.maxBodyBytes * 0.9));
      const large = await stage.send(`an event of ${inKilobytes(bytes)}`, padded(event, bytes));
      const tooLarge = profile.maxBodyBytes + 1_024;
      const what = `an event of ${inKilobytes(tooLarge)}, more than the sender sends,`;
      // In pieces, so that an early answer is read before the connection closes.
      const huge = await stage.send(what, padded(event, tooLarge), HUGE);
      const isCut = huge.status === undefined && huge.errorCode !== "TIMEOUT";
      const problem = isCut
        ? closedWithoutAnswer(huge)
        : mustBeRefused(huge, "anybody can fill the memory. Limit the size of bodies");
      return { steps: [large, huge], problems: problemsIn(mustSucceed(large, profile), problem) };
    },
  },
  slow: {
    sends: "an event whose body comes in pieces over a second",
    expected: "success",
    skip: (scene) => unsignable(scene) ?? (scene.stage.isWire ? undefined : "only over HTTP"),
    async run({ stage, event }) {
      const step = await stage.send("an event whose body comes in pieces", event, TRICKLE);
      return { steps: [step], problems: problemsIn(mustSucceed(step, stage.sender.profile)) };
    },
  },
  gzip: {
    sends: "an event whose body was compressed on its way",
    expected: "4xx (415)",
    skip: unsignable,
    async run({ stage, event }) {
      const step = await stage.send("a compressed delivery", {
        ...event,
        tamper: (signed) => ({
          ...signed,
          headers: { ...signed.headers, "content-encoding": "gzip" },
          body: gzipSync(signed.body),
        }),
      });
      return refusal(
        step,
        "a few bytes become gigabytes before anything is verified. No sender compresses: answer 415",
      );
    },
  },
};

/** @param sign - 1: in the past; -1: in the future. */
async function outOfTime({ stage, event }: Scene, sign: 1 | -1): Promise<Findings> {
  const tolerance = stage.sender.definition.toleranceSeconds ?? TOLERANCE_SECONDS;
  const seconds = Math.max(AN_HOUR_SECONDS, 2 * tolerance);
  const what = sign > 0 ? `a delivery signed ${seconds} s ago` : `a delivery signed ${seconds} s in the future`;
  const step = await stage.send(what, { ...event, stale: sign * seconds });
  return refusal(
    step,
    `a recorded delivery can be sent again at any time. Refuse what is more than ${tolerance} s away`,
  );
}

function headersOf({ headers }: SendOptions): Pick<SendOptions, "headers"> {
  return headers === undefined ? {} : { headers };
}

function isPaddable({ payload = {}, body }: SendOptions): boolean {
  return body === undefined && typeof payload === "object" && payload !== null && !Array.isArray(payload);
}

function padded(event: SendOptions, bytes: number): SendOptions {
  return { ...event, payload: { ...(event.payload as object | undefined), hookgate_padding: "x".repeat(bytes) } };
}

function inKilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}

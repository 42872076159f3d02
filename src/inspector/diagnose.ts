// Explains why a proof did not hold: undoes what usually happens to a body or a URL, one change at a time, until it does.

import type { Delivery } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import { Trace } from "../core/trace.js";
import { NOT_SWAPPABLE } from "../dedupe/claim-subject.js";
import { bodyVariants } from "../diagnosis/body-variants.js";
import { type CalledUrl, urlVariants } from "../diagnosis/url-variants.js";
import { within } from "../lib/deadline.js";
import { authenticateCheck } from "../receiver/checks/authenticate.js";
import type { DeliveryContext } from "../receiver/checks/check.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import type { DiagnosisView } from "./wire.js";

/** Each try is a hash over all of it, and refused deliveries are free to send. */
const MAX_BODY_BYTES = 16_384;
/** All tries together; keys may have to be fetched. */
const MAX_MS = 1_000;

/** A refused delivery, kept so that whoever opens it is told why. */
export interface Refused {
  /** With its credentials, and without anything that holds its connection; `undefined` of one that is too large. */
  readonly delivery: Delivery | undefined;
  /** The receiver's clock when it was refused, milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * `undefined` when another check than the signature check rejected it.
 *
 * @param body - What of the body is kept anyway.
 */
export function keepRefused(delivery: Delivery, outcome: Outcome, body: Buffer, nowMs: number): Refused | undefined {
  const last = outcome.trace.at(-1);
  if (outcome.name !== "unauthenticated" || last?.check !== "authenticate") return undefined;
  if (body.length < delivery.body.length || body.length > MAX_BODY_BYTES) return { delivery: undefined, nowMs };
  const { method, url, headers, remoteAddress, isSecure, params } = delivery;
  return { delivery: { method, url, headers, remoteAddress, isSecure, params, body }, nowMs };
}

/** Looks into one delivery at a time, and only when somebody has opened it. */
export class Diagnoser {
  #last: Promise<unknown> = Promise.resolve();

  /** Never rejects. */
  diagnose(core: ReceiverCore, refused: Refused): Promise<DiagnosisView> {
    const found = this.#last.then(() => withinTime(core, refused));
    this.#last = found;
    return found;
  }
}

const NOT_FOUND: DiagnosisView = {
  found:
    "none of the changes that usually befall a body or a URL explains it, so most likely the secret is not the one it was signed with",
  fix: "Compare the secret with the sender's own page, for this very endpoint, and for the same mode (test or live). Where it was changed lately, give both: the receiver takes several. If the secret is right, then somebody else has sent this.",
};
const TOO_LATE: DiagnosisView = {
  found: `no explanation was found within ${MAX_MS / 1000} s`,
  fix: "Record the delivery, and look into it with hookgate verify, which takes its time.",
};

const TOO_LARGE: DiagnosisView = {
  found: `the signature does not match. A body of more than ${MAX_BODY_BYTES / 1024} KB, or one that is stored only in part, is not diagnosed`,
  fix: "Record the delivery, and look into it with hookgate verify.",
};

async function withinTime(core: ReceiverCore, { delivery, nowMs }: Refused): Promise<DiagnosisView> {
  if (delivery === undefined) return TOO_LARGE;
  const late = new AbortController();
  try {
    return await within(search(core, delivery, nowMs, late.signal), MAX_MS, () => new Error("late"));
  } catch {
    return TOO_LATE;
  } finally {
    late.abort();
  }
}

async function search(
  { sender, settings }: ReceiverCore,
  delivery: Delivery,
  nowMs: number,
  late: AbortSignal,
): Promise<DiagnosisView> {
  const { auth } = sender.definition;
  async function holds(changed: Delivery, publicUrls: readonly string[]): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve)); // deliveries come first
    late.throwIfAborted();
    return isProven(authenticateCheck({ auth, publicUrls }), changed, nowMs);
  }
  if (!auth.credentialHeaders.some((name) => delivery.headers.has(name)) && auth.credentialHeaders.length > 0) {
    return {
      found: `the delivery has none of the credential headers (${auth.credentialHeaders.join(", ")})`,
      fix: `Either ${sender.name} has no secret for this endpoint and signs nothing, or a proxy takes the header off, or something else calls this URL.`,
    };
  }
  for (const { body, wrong, fix } of bodyVariants(delivery.body)) {
    if (await holds({ ...delivery, body }, settings.publicUrls)) {
      return { found: `the body is not the one that was signed: ${wrong}. The secret is right`, fix };
    }
  }
  if (auth.needsPublicUrl || auth.covers.url) {
    for (const url of urlVariants(recordedOf(delivery), settings.publicUrls)) {
      if (!(await holds(delivery, [url]))) continue;
      const shown = url.replace(/\?.*/s, "");
      return {
        found: `the sender signed another URL: ${shown}. The secret is right`,
        fix: `Give it as registered with the sender: publicUrl: ${JSON.stringify(shown)}.`,
      };
    }
  }
  return NOT_FOUND;
}

async function isProven(
  prove: ReturnType<typeof authenticateCheck>,
  delivery: Delivery,
  nowMs: number,
): Promise<boolean> {
  const ctx: DeliveryContext = {
    delivery,
    trace: new Trace(false),
    receivedAtMs: nowMs,
    clientAddress: undefined,
    proof: undefined,
    payload: undefined,
    events: [],
    malformed: [],
    binding: NOT_SWAPPABLE,
  };
  await prove(ctx);
  return ctx.proof !== undefined;
}

function recordedOf({ url, headers }: Delivery): CalledUrl {
  const raw = headers.toRaw();
  const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] as string] as const] : []));
  return { url, headers: pairs };
}

// Why did a proof not hold? What usually happens to a body or a URL on its way is undone, one change at a time, until it does.

import type { Delivery } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import { Trace } from "../core/trace.js";
import { bodyVariants } from "../diagnosis/body-variants.js";
import { type CalledUrl, urlVariants } from "../diagnosis/url-variants.js";
import { proveStep } from "../receiver/checks/authenticate.js";
import type { Passage } from "../receiver/checks/check.js";
import type { ReceiverCore } from "../receiver/receiver.js";
import type { DiagnosisView } from "./wire.js";

/** Each try is a hash over all of it. */
const MAX_BODY_BYTES = 262_144;
/** Refused deliveries are free to send: looking into them must not be a way to keep us busy. */
const PAUSE_MS = 500;

/** Looks into one delivery at a time, and leaves out those that come meanwhile. */
export class Diagnoser {
  #isBusy = false;

  /** @param tell - Called later, once, and only where there is something to tell. */
  consider(core: ReceiverCore, delivery: Delivery, outcome: Outcome, tell: (view: DiagnosisView) => void): void {
    if (this.#isBusy || !isWorthIt(delivery, outcome)) return;
    this.#isBusy = true;
    // After the sender has its answer.
    setImmediate(() => {
      diagnose(core, delivery).then(tell, () => undefined);
      setTimeout(() => {
        this.#isBusy = false;
      }, PAUSE_MS).unref();
    });
  }
}

/** The proof did not hold, which may have many reasons. */
function isWorthIt({ body }: Delivery, { name, trace }: Outcome): boolean {
  const last = trace.at(-1);
  return name === "unauthenticated" && last?.check === "prove" && body.length <= MAX_BODY_BYTES;
}

async function diagnose({ sender, settings }: ReceiverCore, delivery: Delivery): Promise<DiagnosisView> {
  const { auth } = sender.definition;
  const holds = (changed: Delivery, publicUrls: readonly string[]): Promise<boolean> =>
    isProven(proveStep({ auth, publicUrls }), changed, settings.now());
  if (!auth.credentialHeaders.some((name) => delivery.headers.has(name)) && auth.credentialHeaders.length > 0) {
    return {
      found: `none of the headers that prove its origin is there (${auth.credentialHeaders.join(", ")})`,
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
  return {
    found:
      "none of the changes that usually befall a body or a URL explains it, so most likely the secret is not the one it was signed with",
    fix: "Compare the secret with the sender's own page, for this very endpoint, and for the same mode (test or live). Where it was changed lately, give both: the receiver takes several. If the secret is right, then somebody else has sent this.",
  };
}

async function isProven(prove: ReturnType<typeof proveStep>, delivery: Delivery, nowMs: number): Promise<boolean> {
  const passage: Passage = {
    delivery,
    trace: new Trace(false),
    receivedAtMs: nowMs,
    clientAddress: undefined,
    proof: undefined,
    payload: undefined,
    events: [],
    malformed: [],
    isIdCovered: false,
  };
  await prove(passage);
  return passage.proof !== undefined;
}

function recordedOf({ url, headers }: Delivery): CalledUrl {
  const raw = headers.toRaw();
  const pairs = raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] as string] as const] : []));
  return { url, headers: pairs };
}

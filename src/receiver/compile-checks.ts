// Compiles the checks of a sender's deliveries, in their order, once for each receiver.

import type { BodyFormats } from "../body-formats/format.js";
import { type Auth, needsBody } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import type { Ending } from "../core/outcome.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { Enrolment, Sender } from "../sender/sender.js";
import { proveStep } from "./checks/authenticate.js";
import type { Passage, Step } from "./checks/check.js";
import { alreadyReadCheck, declaredCheck } from "./checks/content-headers.js";
import { identifyStep } from "./checks/extract-events.js";
import { freshnessStep } from "./checks/freshness.js";
import { mayComeUnproven, signedHandshakeStep, unsignedHandshakeStep } from "./checks/handshake.js";
import { httpsCheck } from "./checks/https.js";
import { type AdmitSettings, admitStep } from "./checks/load.js";
import { parseStep } from "./checks/parse-body.js";
import { removeSecretsStep } from "./checks/remove-secrets.js";
import { sourceAddressCheck } from "./checks/source-address.js";
import type { AnyReceiverOptions } from "./options.js";
import type { Settings } from "./resolve-options.js";

/** Of a sender that does not say. */
export const JSON_BODIES: BodyFormats = { "application/json": "json", "application/*+json": "json" };
/** What is in a header beside the proof's own and must not reach a handler or a log. */
const PRIVATE_HEADERS: readonly string[] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

export interface Steps {
  /** Methods of deliveries and handshakes. */
  readonly methods: readonly string[];
  readonly beforeBody: readonly Step[];
  /** The same where something upstream has read the body. */
  readonly upstreamBody: readonly Step[];
  /** From the body to the events. */
  readonly beforeHandling: readonly Step[];
}

/** @throws {TypeError} When an option of a check is malformed. */
export function compileSteps(
  sender: Sender<never>,
  options: AnyReceiverOptions,
  settings: Settings,
  load: Pick<AdmitSettings, "isClosing" | "isFull">,
  enrolment: Enrolment,
  warn: (message: string) => void,
): Steps {
  const { definition, profile } = sender;
  const { auth } = definition;
  const handshakes = definition.handshakes ?? [];
  const methods = [...new Set([...profile.methods, ...handshakes.flatMap((handshake) => handshake.methods)])];
  const limits = { formats: definition.body ?? JSON_BODIES, maxBodyBytes: settings.maxBodyBytes };
  const handshakeSettings = { handshakes, deliveryMethods: profile.methods, enrolment };
  const head = [
    admitStep({ methods, credentialHeaderCount: auth.credentialHeaders.length, ...load }),
    sourceAddressCheck({
      allow: options.allow,
      trustedProxies: options.trustedProxies,
      clientAddress: options.clientAddress,
    }),
    httpsCheck({
      requireHttps: options.requireHttps,
      trustedProxies: options.trustedProxies,
      clientAddress: options.clientAddress,
    }),
  ];
  const place = placing(auth, mayComeUnproven(handshakeSettings));
  const prove = place(proveStep({ auth, publicUrls: settings.publicUrls }));
  const freshness = place(freshnessStep({ toleranceSeconds: settings.toleranceSeconds, challenge: auth.challenge }));
  const beforeBody = present([...head, declaredCheck(limits), prove.early, freshness.early]);
  const upstreamBody = present([...head, alreadyReadCheck(limits), prove.early, freshness.early]);
  const beforeHandling = present([
    unsignedHandshakeStep(handshakeSettings),
    prove.late,
    removeSecretsStep(auth),
    freshness.late,
    signedHandshakeStep(handshakeSettings),
    parseStep(limits.formats),
    identifyStep({
      sender: definition,
      credentialHeaders: new Set([...PRIVATE_HEADERS, ...auth.credentialHeaders, ...(definition.privateHeaders ?? [])]),
      warn,
    }),
  ]);
  return { methods, beforeBody, upstreamBody, beforeHandling };
}

/** The places of a step of the proof, before and after the body is read. Of a delivery one of them runs it. */
interface Placed {
  readonly early: Step | undefined;
  readonly late: Step | undefined;
}

/** A proof that needs no body comes before it, so that a stranger's is never read; a handshake without proof goes first. */
function placing(auth: Auth, isUnproven: ((delivery: Delivery) => boolean) | undefined): (step: Step) => Placed {
  return function place(step) {
    if (needsBody(auth)) return { early: undefined, late: step };
    if (isUnproven === undefined) return { early: step, late: undefined };
    return {
      early: (passage) => (isUnproven(passage.delivery) ? undefined : step(passage)),
      late: (passage) => (isUnproven(passage.delivery) ? step(passage) : undefined),
    };
  };
}

function present(steps: readonly (Step | undefined)[]): readonly Step[] {
  return steps.filter((step) => step !== undefined);
}

/** Runs steps until one ends the delivery; waits only for a step that must wait. */
export function walk(steps: readonly Step[], passage: Passage, from = 0): MaybePromise<Ending | undefined> {
  for (let at = from; at < steps.length; at++) {
    const answer = (steps[at] as Step)(passage);
    if (isPromise(answer)) return answer.then((ending) => ending ?? walk(steps, passage, at + 1));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

// Compiles the checks of a sender's deliveries, in their order, once for each receiver.

import type { BodyFormats } from "../body-formats/format.js";
import { type Auth, needsBody } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import type { Rejection } from "../core/outcome.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { Enrolment, Sender } from "../sender/sender.js";
import { authenticateCheck } from "./checks/authenticate.js";
import type { Check, DeliveryContext } from "./checks/check.js";
import { alreadyReadCheck, contentHeadersCheck } from "./checks/content-headers.js";
import { extractEventsCheck } from "./checks/extract-events.js";
import { freshnessCheck } from "./checks/freshness.js";
import { mayComeUnproven, signedHandshakeCheck, unsignedHandshakeCheck } from "./checks/handshake.js";
import { httpsCheck } from "./checks/https.js";
import { loadCheck, type ReceiverLoad } from "./checks/load.js";
import { parseBodyCheck } from "./checks/parse-body.js";
import { removeSecretsCheck } from "./checks/remove-secrets.js";
import { sourceAddressCheck } from "./checks/source-address.js";
import type { AnyReceiverOptions } from "./options.js";
import type { Settings } from "./resolve-options.js";

/** Of a sender that does not say. */
export const JSON_BODIES: BodyFormats = { "application/json": "json", "application/*+json": "json" };
/** What is in a header beside the proof's own and must not reach a handler or a log. */
const PRIVATE_HEADERS: readonly string[] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

export interface CompiledChecks {
  /** Methods of deliveries and handshakes. */
  readonly methods: readonly string[];
  readonly beforeBody: readonly Check[];
  /** The same where something upstream has read the body. */
  readonly upstreamBody: readonly Check[];
  /** From the body to the events. */
  readonly beforeHandling: readonly Check[];
}

/** @throws {TypeError} When an option of a check is malformed. */
export function compileChecks(
  sender: Sender<never>,
  options: AnyReceiverOptions,
  settings: Settings,
  load: ReceiverLoad,
  enrolment: Enrolment,
  warn: (message: string) => void,
): CompiledChecks {
  const { definition, profile } = sender;
  const { auth } = definition;
  const handshakes = definition.handshakes ?? [];
  const methods = [...new Set([...profile.methods, ...handshakes.flatMap((handshake) => handshake.methods)])];
  const limits = { formats: definition.body ?? JSON_BODIES, maxBodyBytes: settings.maxBodyBytes };
  const handshakeSettings = { handshakes, deliveryMethods: profile.methods, enrolment };
  const head = [
    loadCheck({ methods, credentialHeaderCount: auth.credentialHeaders.length, load }),
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
  const authenticate = place(authenticateCheck({ auth, publicUrls: settings.publicUrls }));
  const freshness = place(freshnessCheck({ toleranceSeconds: settings.toleranceSeconds, challenge: auth.challenge }));
  const beforeBody = present([...head, contentHeadersCheck(limits), authenticate.early, freshness.early]);
  const upstreamBody = present([...head, alreadyReadCheck(limits), authenticate.early, freshness.early]);
  const beforeHandling = present([
    unsignedHandshakeCheck(handshakeSettings),
    authenticate.late,
    removeSecretsCheck(auth),
    freshness.late,
    signedHandshakeCheck(handshakeSettings),
    parseBodyCheck(limits.formats),
    extractEventsCheck({
      sender: definition,
      credentialHeaders: new Set([...PRIVATE_HEADERS, ...auth.credentialHeaders, ...(definition.privateHeaders ?? [])]),
      warn,
    }),
  ]);
  return { methods, beforeBody, upstreamBody, beforeHandling };
}

/** The places of a check of the proof, before and after the body is read. Of a delivery one of them runs it. */
interface Placed {
  readonly early: Check | undefined;
  readonly late: Check | undefined;
}

/** A proof that needs no body comes before it, so that a stranger's is never read; a handshake without proof goes first. */
function placing(auth: Auth, isUnproven: ((delivery: Delivery) => boolean) | undefined): (check: Check) => Placed {
  return function place(check) {
    if (needsBody(auth)) return { early: undefined, late: check };
    if (isUnproven === undefined) return { early: check, late: undefined };
    return {
      early: (ctx) => (isUnproven(ctx.delivery) ? undefined : check(ctx)),
      late: (ctx) => (isUnproven(ctx.delivery) ? check(ctx) : undefined),
    };
  };
}

function present(checks: readonly (Check | undefined)[]): readonly Check[] {
  return checks.filter((check) => check !== undefined);
}

/** Runs checks until one ends the delivery; waits only for a check that must wait. */
export function runChecks(
  checks: readonly Check[],
  ctx: DeliveryContext,
  from = 0,
): MaybePromise<Rejection | undefined> {
  for (let at = from; at < checks.length; at++) {
    const answer = (checks[at] as Check)(ctx);
    if (isPromise(answer)) return answer.then((rejection) => rejection ?? runChecks(checks, ctx, at + 1));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

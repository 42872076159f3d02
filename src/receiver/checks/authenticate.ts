// Verifies the delivery with the sender's authentication scheme.
import type { Auth, Proof, ProofContext } from "../../core/auth.js";
import type { Rejection } from "../../core/outcome.js";
import { urlCompleter } from "../../core/public-url.js";
import type { TraceLine } from "../../core/trace.js";
import { isPromise } from "../../lib/maybe-promise.js";
import type { Check, DeliveryContext } from "./check.js";

export interface ProveSettings {
  readonly auth: Auth;
  /** As given: origins, or full URLs. */
  readonly publicUrls: readonly string[];
}

export function authenticateCheck({ auth, publicUrls }: ProveSettings): Check {
  const completeUrl = publicUrls.map(urlCompleter);
  const lines: TraceLine[] = [];
  return function authenticate(ctx) {
    const context: ProofContext = {
      nowMs: ctx.receivedAtMs,
      publicUrls: () => completeUrl.map((complete) => complete(ctx.delivery.url)),
    };
    let proof: ReturnType<Auth["verify"]>;
    try {
      proof = auth.verify(ctx.delivery, context);
    } catch (error) {
      return undecided(ctx, error);
    }
    return isPromise(proof)
      ? proof.then(
          (settled) => conclude(ctx, auth, settled, lines),
          (error: unknown) => undecided(ctx, error),
        )
      : conclude(ctx, auth, proof, lines);
  };
}

function conclude(ctx: DeliveryContext, auth: Auth, proof: Proof, lines: TraceLine[]): Rejection | undefined {
  if (proof.ok) {
    ctx.proof = proof;
    lines[proof.keyIndex] ??= Object.freeze({
      check: "authenticate",
      result: "passed",
      hint: `${auth.scheme}, key ${proof.keyIndex}`,
    });
    ctx.trace.add(lines[proof.keyIndex] as TraceLine);
    return undefined;
  }
  const result = proof.outcome === "undecided" || proof.outcome === "misconfigured" ? "undecided" : "refused";
  ctx.trace.add({ check: "authenticate", result, hint: proof.hint });
  return {
    name: proof.outcome,
    hint: proof.hint,
    ...(proof.cause === undefined ? {} : { error: proof.cause }),
    ...(auth.challenge === undefined ? {} : { challenge: auth.challenge }),
  };
}

/** A scheme that throws has decided nothing: the delivery is neither accepted nor rejected. */
function undecided(ctx: DeliveryContext, error: unknown): Rejection {
  const hint = "the signature check threw instead of answering";
  ctx.trace.add({ check: "authenticate", result: "undecided", hint });
  return { name: "undecided", hint, error };
}

// Verifies the delivery with the sender's authentication scheme.
import type { Auth, Proof, ProofContext } from "../../core/auth.js";
import type { Ending } from "../../core/outcome.js";
import { urlCompleter } from "../../core/public-url.js";
import type { TraceLine } from "../../core/trace.js";
import { isPromise } from "../../lib/maybe-promise.js";
import type { Passage, Step } from "./check.js";

export interface ProveSettings {
  readonly auth: Auth;
  /** As given: origins, or full URLs. */
  readonly publicUrls: readonly string[];
}

export function proveStep({ auth, publicUrls }: ProveSettings): Step {
  const completeUrl = publicUrls.map(urlCompleter);
  const lines: TraceLine[] = [];
  return function prove(passage) {
    const context: ProofContext = {
      nowMs: passage.receivedAtMs,
      publicUrls: () => completeUrl.map((complete) => complete(passage.delivery.url)),
    };
    let proof: ReturnType<Auth["verify"]>;
    try {
      proof = auth.verify(passage.delivery, context);
    } catch (error) {
      return undecided(passage, error);
    }
    return isPromise(proof)
      ? proof.then(
          (settled) => conclude(passage, auth, settled, lines),
          (error: unknown) => undecided(passage, error),
        )
      : conclude(passage, auth, proof, lines);
  };
}

function conclude(passage: Passage, auth: Auth, proof: Proof, lines: TraceLine[]): Ending | undefined {
  if (proof.ok) {
    passage.proof = proof;
    lines[proof.keyIndex] ??= Object.freeze({
      check: "prove",
      verdict: "passed",
      hint: `${auth.scheme}, key ${proof.keyIndex}`,
    });
    passage.trace.add(lines[proof.keyIndex] as TraceLine);
    return undefined;
  }
  const verdict = proof.outcome === "undecided" || proof.outcome === "misconfigured" ? "undecided" : "refused";
  passage.trace.add({ check: "prove", verdict, hint: proof.hint });
  return {
    name: proof.outcome,
    hint: proof.hint,
    ...(proof.cause === undefined ? {} : { error: proof.cause }),
    ...(auth.challenge === undefined ? {} : { challenge: auth.challenge }),
  };
}

/** A proof that throws has decided nothing: never open, and never the sender's fault. */
function undecided(passage: Passage, error: unknown): Ending {
  const hint = "the proof of origin threw instead of answering";
  passage.trace.add({ check: "prove", verdict: "undecided", hint });
  return { name: "undecided", hint, error };
}

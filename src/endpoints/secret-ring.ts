// The secrets that a receiver accepts during a rotation.
import type { SecretFunction } from "../auth/keys/secrets.js";
import type { Outcome } from "../core/outcome.js";
import { checkSecret } from "./options.js";

/** Options of `secretRing`. */
export interface SecretRingOptions {
  /** The one in use, or several, the newest first. */
  readonly secrets: string | undefined | readonly (string | undefined)[];
  /** How long the old ones are taken after the new one was first seen: deliveries overtake each other. Default 300. */
  readonly overlapSeconds?: number;
  /** The old ones are no longer taken. */
  readonly onSettled?: () => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The secrets that are accepted while one is being changed. */
export interface SecretRing {
  /** For the sender: `stripe({ secret: ring.read })`. */
  readonly read: SecretFunction;
  /** For the receiver: `createReceiver(sender, { onOutcome: ring.onOutcome })`; call it from your own where you have one. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Takes a new one beside those in use. */
  readonly add: (secret: string) => void;
  /**
   * The sender uses the newest: once it has proven a delivery, and the overlap has passed, the others go. Not before, for
   * what proves a delivery until then is only somebody's test. `rotateSecret` calls it.
   */
  readonly retireOld: () => void;
  /** How many are taken now. */
  readonly size: number;
  /** The newest has proven a delivery since `retireOld`. */
  readonly isNewestSeen: boolean;
}

const OVERLAP_SECONDS = 300;
/** A receiver tries at most five. */
const MAX_SECRETS = 5;
const FIRST_KEY = /, key 0$/;

/**
 * Secrets of one process that can be added to while it runs. Where several processes receive, keep the secrets where all
 * read them, and give the sender a function of your own.
 *
 * @throws {TypeError} Where a secret is missing or ill-formed.
 * @example
 * const ring = secretRing({ secrets: process.env.GITHUB_WEBHOOK_SECRET });
 * const receiver = createReceiver(github({ secret: ring.read }), { onOutcome: ring.onOutcome });
 * ring.add(process.env.NEXT_SECRET ?? ""); // `rotateSecret({ …, ring })` does this, and tells GitHub
 */
export function secretRing(options: SecretRingOptions): SecretRing {
  const { overlapSeconds = OVERLAP_SECONDS, onSettled, now = Date.now } = options;
  const given = Array.isArray(options.secrets) ? (options.secrets as readonly unknown[]) : [options.secrets];
  let secrets = given.map((secret) => checkSecret("secretRing", "secrets", secret));
  let isRetiring = false;
  let seenAtMs: number | undefined;

  function current(): readonly string[] {
    if (seenAtMs !== undefined && secrets.length > 1 && now() - seenAtMs >= overlapSeconds * 1000) {
      secrets = secrets.slice(0, 1);
      onSettled?.();
    }
    return secrets;
  }

  return {
    read: (_delivery) => current(),
    add(secret) {
      const fresh = checkSecret("secretRing", "secret", secret);
      if (secrets[0] === fresh) return;
      secrets = [fresh, ...secrets.filter((one) => one !== fresh)].slice(0, MAX_SECRETS);
      seenAtMs = undefined;
      isRetiring = false;
    },
    retireOld() {
      isRetiring = true;
    },
    onOutcome({ trace }) {
      if (!isRetiring || seenAtMs !== undefined || secrets.length < 2) return;
      const proof = trace.find(({ check, result }) => check === "authenticate" && result === "passed");
      if (proof?.hint !== undefined && FIRST_KEY.test(proof.hint)) seenAtMs = now();
    },
    get size() {
      return current().length;
    },
    get isNewestSeen() {
      return seenAtMs !== undefined || secrets.length === 1;
    },
  };
}

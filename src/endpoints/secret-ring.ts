// The secrets that a receiver accepts during a rotation.
import type { SecretFunction } from "../auth/keys/secrets.js";
import type { Outcome } from "../core/outcome.js";
import { checkSecret } from "./options.js";

/** Options of `secretRing`. */
export interface SecretRingOptions {
  /** The secret in use, or several, the newest first. */
  readonly secrets: string | undefined | readonly (string | undefined)[];
  /** How long old secrets are accepted after the first delivery with the new one, since deliveries overtake each other. Default 300. */
  readonly overlapSeconds?: number;
  /** Called when the old secrets are no longer accepted. */
  readonly onSettled?: () => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The secrets that are accepted while one is being changed. */
export interface SecretRing {
  /** The secrets, for the sender: `stripe({ secret: ring.read })`. */
  readonly read: SecretFunction;
  /** For the receiver: `createReceiver(sender, { onOutcome: ring.onOutcome })`. Call it from your own `onOutcome` if you have one. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Adds a new secret. */
  readonly add: (secret: string) => void;
  /**
   * Declares that the sender uses the newest secret. After a delivery with it and the overlap the others are removed. Deliveries before this call do not count, since
   * they are only tests. `rotateSecret` calls it.
   */
  readonly retireOld: () => void;
  /** How many secrets are accepted now. */
  readonly size: number;
  /** Whether a delivery has matched the newest secret since `retireOld`. */
  readonly isNewestSeen: boolean;
}

const OVERLAP_SECONDS = 300;
/** A receiver tries at most five secrets. */
const MAX_SECRETS = 5;
const FIRST_KEY = /, key 0$/;

/**
 * Secrets of one process that can grow while it runs. With several processes, store the secrets where all
 * read them, and give the sender your own function.
 *
 * @throws {TypeError} When a secret is missing or ill-formed.
 * @example
 * const ring = secretRing({ secrets: process.env.GITHUB_WEBHOOK_SECRET });
 * const receiver = createReceiver(github({ secret: ring.read }), { onOutcome: ring.onOutcome });
 * ring.add(process.env.NEXT_SECRET ?? ""); // `rotateSecret({ …, ring })` does this, and updates GitHub
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

// Verifies a delivery with one input changed. Each finding of `verify` comes from such an attempt.
import type { Proven } from "../../core/auth.js";
import { toDelivery } from "../../core/delivery.js";
import { urlCompleter } from "../../core/public-url.js";
import type { Sender } from "../../sender/sender.js";
import type { KnownSender } from "../senders/find-sender.js";
import { type GivenSecret, senderOptions } from "../senders/secrets.js";
import { asInput, type Recorded } from "./recorded.js";

/** A delivery under examination. */
export interface Case {
  readonly known: KnownSender;
  readonly sender: Sender<never>;
  /** The secrets of the receiver. */
  readonly secrets: readonly GivenSecret[];
  /** Values of `--option`. */
  readonly more: readonly string[];
  readonly recorded: Recorded;
  readonly publicUrls: readonly string[];
  readonly nowMs: number;
}

/** The inputs that an attempt changes. */
export interface Changed {
  readonly sender?: Sender<never>;
  readonly recorded?: Partial<Recorded>;
  readonly publicUrls?: readonly string[];
}

/** Runs the signature check alone, without freshness. `undefined` when it fails. */
export async function attempt(about: Case, changed: Changed = {}): Promise<Proven | undefined> {
  const { definition } = changed.sender ?? about.sender;
  const recorded = { ...about.recorded, ...changed.recorded };
  const urls = changed.publicUrls ?? about.publicUrls;
  const target = asInput(recorded).url ?? "/";
  try {
    const result = await definition.auth.verify(toDelivery(asInput(recorded)), {
      nowMs: about.nowMs,
      publicUrls: () => urls.map((url) => urlCompleter(url)(target)),
    });
    return result.ok ? result : undefined;
  } catch {
    return undefined; // the scheme cannot check this variant
  }
}

/** Builds the sender with another secret for that option. `undefined` when the sender's factory refuses the secret. */
export function withSecret(about: Case, option: string, text: string): Sender<never> | undefined {
  const others = about.secrets.filter((secret) => secret.option !== option);
  const secrets = [...others, { option, text, from: "" }];
  try {
    return about.known.build(senderOptions(secrets, about.more));
  } catch {
    return undefined;
  }
}

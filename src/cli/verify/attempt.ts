// Verifies a delivery with one thing about it changed. Every finding of `verify` is made of such attempts.
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
  /** Those that the receiver has. */
  readonly secrets: readonly GivenSecret[];
  /** Further options of the sender, as given. */
  readonly more: readonly string[];
  readonly recorded: Recorded;
  readonly publicUrls: readonly string[];
  readonly nowMs: number;
}

/** What is tried instead of what was given. */
export interface Otherwise {
  readonly sender?: Sender<never>;
  readonly recorded?: Partial<Recorded>;
  readonly publicUrls?: readonly string[];
}

/** The proof, or `undefined`. Whether it is fresh is not asked. */
export async function attempt(about: Case, otherwise: Otherwise = {}): Promise<Proven | undefined> {
  const { definition } = otherwise.sender ?? about.sender;
  const recorded = { ...about.recorded, ...otherwise.recorded };
  const urls = otherwise.publicUrls ?? about.publicUrls;
  const target = asInput(recorded).url ?? "/";
  try {
    const proof = await definition.auth.verify(toDelivery(asInput(recorded)), {
      nowMs: about.nowMs,
      publicUrls: () => urls.map((url) => urlCompleter(url)(target)),
    });
    return proof.ok ? proof : undefined;
  } catch {
    return undefined; // it cannot even be asked so
  }
}

/** The same sender with another secret in the place of all of that option's; `undefined` where it is no secret of this sender's. */
export function withSecret(about: Case, option: string, text: string): Sender<never> | undefined {
  const others = about.secrets.filter((secret) => secret.option !== option);
  const secrets = [...others, { option, text, from: "" }];
  try {
    return about.known.build(senderOptions(secrets, about.more));
  } catch {
    return undefined;
  }
}

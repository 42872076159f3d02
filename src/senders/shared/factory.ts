// Turns a vendor's definition into the factory that users call: `stripe({ secret })`.
import type { AnyEvents, EventMap } from "../../core/event-map.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import { defineSender } from "../../sender/define-sender.js";
import type { Sender, SenderDefinition } from "../../sender/sender.js";
import { refuseForeignCredentials, testSecretWarnings } from "./credential-forms.js";

/** A vendor, as data. */
export interface VendorDefinition<Options> {
  /** The factory's name, as it is exported. */
  readonly factory: string;
  /** Part of every dedupe key: it never changes once released. */
  readonly name: string;
  /** What the factory takes; anything else is refused with the near miss. */
  readonly options: readonly (keyof Options & string)[];
  /** The definition, for one user's secrets. */
  readonly define: (options: Options) => Omit<SenderDefinition, "name">;
}

/** Builds a sender: `stripe({ secret })`. `stripe.about` names it and its options, for tools. */
export interface SenderFactory<Options, Envelope = unknown> {
  /**
   * Event types are open unless given: `stripe<Stripe.Event>({ secret })`.
   *
   * @throws {TypeError} When an option is unknown, missing or malformed.
   */
  <Events = AnyEvents<Envelope>>(options: Options): Sender<EventMap<Events>>;
  readonly about: SenderAbout;
}

/** How a sender is named and built, for tools. Its facts are in `hookgate/senders/facts`. */
export interface SenderAbout {
  readonly factory: string;
  /** Part of every dedupe key, and the name of the sender's page. */
  readonly name: string;
  readonly options: readonly string[];
}

/**
 * Whether an export of `hookgate/senders` is a factory: the module itself is the list, and costs nothing to those who
 * import one name of it.
 *
 * @example
 * import * as senders from "hookgate/senders";
 * const rows = Object.values<unknown>(senders).filter(isSenderFactory).map(({ about }) => about);
 */
export function isSenderFactory(value: unknown): value is SenderFactory<object> {
  return typeof value === "function" && Object.hasOwn(value, "about");
}

/** Makes the factory of a sender. Unknown and missing options are refused in the sender's own name. */
export function senderFactory<Options extends object, Envelope = unknown>(
  row: VendorDefinition<Options>,
): SenderFactory<Options, Envelope> {
  const { factory, name, options: names, define } = row;
  function build<Events>(options: Options): Sender<EventMap<Events>> {
    refuseUnknownKeys(factory, options, names);
    refuseForeignCredentials(factory, name, options);
    const defined = inTheNameOf(factory, names, () => define(options));
    const warnings = testSecretWarnings(factory, options);
    const { auth } = defined;
    const warned = warnings.length === 0 ? auth : { ...auth, warnings: [...(auth.warnings ?? []), ...warnings] };
    return defineSender<Events>({ ...defined, auth: warned, name });
  }
  // As values: a stack trace shows the factory's own name.
  return Object.defineProperties(build, {
    name: { value: factory, configurable: true },
    about: { value: { factory, name, options: names }, enumerable: true },
  }) as SenderFactory<Options, Envelope>;
}

/** The scheme that found fault, as it names itself, and the option of its that it found fault with: `hmac: secret`. */
const FAULT = /^[a-z][A-Za-z]*: ((\w+).*)$/s;

/** The user called `stripe`, and never heard of the `hmac` that is behind it. */
function inTheNameOf<Defined>(factory: string, options: readonly string[], define: () => Defined): Defined {
  try {
    return define();
  } catch (cause) {
    if (!(cause instanceof TypeError) || cause.message.startsWith(`${factory}: `)) throw cause;
    const [, fault = "", option = ""] = FAULT.exec(cause.message) ?? [];
    // Where the vendor's word is another than the scheme's, say which words there are.
    const what = options.includes(option) ? fault : `${cause.message}; ${factory} takes ${options.join(", ")}`;
    throw new TypeError(`${factory}: ${what}`, { cause });
  }
}

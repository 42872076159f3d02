// How does a vendor's row become a factory, and what can pages and tools read of it?
import type { AnyEvents, EventMap } from "../../core/event.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import { defineSender } from "../../sender/define-sender.js";
import type { Sender, SenderDefinition } from "../../sender/sender.js";

/** What a page says of a sender beside what its row says by itself. Plain sentences; nothing of it decides anything. */
export interface SenderFacts {
  /** The vendor's own spelling: `Lemon Squeezy`. */
  readonly title: string;
  /** Where the user finds the secret, key or token, in the vendor's words, and how it is used: as text, decoded, … */
  readonly credential: string;
  /** How the proof is written and over what: the header's shape, the signed text, the algorithm. */
  readonly proof: string;
  /** An event type this sender really sends. */
  readonly exampleType: string;
  /** Where id and type are, in words; needed where one URL takes several kinds of deliveries. */
  readonly events?: string;
  /** When it sends again, and what stops it. */
  readonly retries?: string;
  /** What a user would otherwise find out the hard way: what is not signed, ids that change, batches, replies. */
  readonly notes?: readonly string[];
  /** Where the facts are from. */
  readonly sources: readonly string[];
  /** What nobody could look up. */
  readonly unconfirmed?: readonly string[];
}

/** A vendor, as data. */
export interface SenderRow<Options> extends SenderFacts {
  /** The factory's name, as it is exported. */
  readonly factory: string;
  /** Part of every dedupe key: it never changes once released. */
  readonly name: string;
  /** What the factory takes; anything else is refused with the near miss. */
  readonly options: readonly (keyof Options & string)[];
  /** The definition, for one user's secrets. */
  readonly define: (options: Options) => Omit<SenderDefinition, "name">;
}

/** A row, or what makes it when it is first asked for: the build gives the latter (scripts/late-rows.ts). */
export type RowOrLater<Row extends object> = Row | (() => Row);

export function rowNow<Row extends object>(row: RowOrLater<Row>): Row {
  return typeof row === "function" ? row() : row;
}

/** Builds a sender, and tells about it: `stripe({ secret })`, `stripe.about.retries`. */
export interface SenderFactory<Options, Envelope = unknown> {
  /**
   * Event types are open unless given: `stripe<Stripe.Event>({ secret })`.
   *
   * @throws {TypeError} When an option is unknown, missing or malformed.
   */
  <Events = AnyEvents<Envelope>>(options: Options): Sender<EventMap<Events>>;
  readonly about: SenderAbout;
}

/** What tools read: the facts, and how the factory is called. */
export interface SenderAbout extends SenderFacts {
  readonly factory: string;
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

/** What one import of `hookgate/senders` runs of each of them: nothing of the row is read before it is asked for. */
export function senderFactory<Options extends object, Envelope = unknown>(
  given: RowOrLater<SenderRow<Options>>,
): SenderFactory<Options, Envelope> {
  let made: { readonly row: SenderRow<Options>; readonly about: SenderAbout } | undefined;
  function known(): NonNullable<typeof made> {
    if (made !== undefined) return made;
    const row = rowNow(given);
    const { define, ...about } = row;
    // As a value: a stack trace does not ask a getter.
    Object.defineProperty(build, "name", { value: row.factory });
    made = { row, about };
    return made;
  }
  function build<Events>(options: Options): Sender<EventMap<Events>> {
    const { factory, name, options: names, define } = known().row;
    refuseUnknownKeys(factory, options, names);
    return defineSender<Events>({ ...inTheNameOf(factory, names, () => define(options)), name });
  }
  return Object.defineProperties(build, {
    name: { get: () => known().row.factory, configurable: true },
    about: { get: () => known().about, enumerable: true },
  }) as SenderFactory<Options, Envelope>;
}

/** The scheme that found fault, as it names itself, and the option of its that it found fault with: `mac: secret`. */
const FAULT = /^[a-z][A-Za-z]*: ((\w+).*)$/s;

/** The user called `stripe`, and never heard of the `mac` that is behind it. */
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

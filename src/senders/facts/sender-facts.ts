// The facts that docs and tools show of a sender.

/** What docs and tools say about a sender beside its definition. Plain sentences; no check reads them. */
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
  /** What judges this sender in hookgate's own tests, beside hookgate itself. */
  readonly oracle: SenderOracle;
  /** Where the facts are from. */
  readonly sources: readonly string[];
  /** What could not be confirmed. */
  readonly unconfirmed?: readonly string[];
}

/** The strongest independent check that the tests of a sender run. */
export interface SenderOracle {
  /**
   * `library`: the vendor's library, or another implementation, signs and verifies the same deliveries.
   * `vector`: deliveries that the vendor publishes, with their signatures.
   * `documentation`: the vendor's documented recipe, written again in the tests with `node:crypto` alone.
   * `own`: hookgate's own signing alone.
   */
  readonly kind: "library" | "vector" | "documentation" | "own";
  /** The package of a library; the address of published deliveries or of the documentation. */
  readonly source?: string;
}

/** The oracle of a sender in words. */
export function oracleText({ kind, source }: SenderOracle): string {
  if (kind === "own" || source === undefined) return "nothing but hookgate's own signing.";
  if (kind === "library") return `the library \`${source}\`.`;
  if (kind === "vector") return `published deliveries: ${source}.`;
  return `the documented recipe, written again in the tests: ${source}.`;
}

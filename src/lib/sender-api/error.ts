// The error of a sender's API, with the kind of problem.
import { SharedError } from "../across-builds.js";

/**
 * - `unauthorized` 401 · `forbidden` 403 · `not_found` 404 · `refused` another 4xx, or the sender's own "no"
 * - `rate_limited` 429, or the sender's own way of saying so · `unavailable` 5xx · `slow` no answer in time
 * - `unreachable` no connection · `redirected` 3xx, which is not followed · `bad_answer` what came is not what is documented
 */
export type SenderApiProblem =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "refused"
  | "rate_limited"
  | "unavailable"
  | "slow"
  | "unreachable"
  | "redirected"
  | "bad_answer";

/** What to do about each, in the reader's words. */
const ADVICE: Readonly<Record<SenderApiProblem, string>> = {
  unauthorized: "the token is wrong, expired or revoked, or is one of another kind or mode (test, live)",
  forbidden: "the token is known and may not do this: see which scopes or permissions it has",
  not_found: "there is no such thing, or the token may not see it: see owner, repository, account and id",
  refused: "the sender understood and refused it",
  rate_limited: "too many calls: it is asked again once the sender allows",
  unavailable: "the sender's own trouble: it is asked again",
  slow: "it is asked again; a larger timeoutSeconds waits longer",
  unreachable: "no connection: see the base URL, DNS, proxies and the firewall",
  redirected: "redirects are not followed, for the token would go along: give the final base URL",
  bad_answer: "what came is not what the API is documented to answer: see the base URL, and what stands between",
};

/** These pass by themselves: the same call may hold later. */
const PASSING: ReadonlySet<SenderApiProblem> = /* @__PURE__ */ new Set([
  "rate_limited",
  "unavailable",
  "slow",
  "unreachable",
  "bad_answer",
]);

export interface SenderApiFailure {
  readonly problem: SenderApiProblem;
  /** The sender's own spelling: `GitHub`. */
  readonly sender: string;
  /** What was asked for: `list the webhooks`. */
  readonly what: string;
  readonly status?: number | undefined;
  /** How long the sender wants to be left alone. */
  readonly retryAfterSeconds?: number | undefined;
  /** The sender's own words, without any secret. */
  readonly said?: string | undefined;
}

/** A call to a sender's API failed. Holds no token, no secret and nothing of the answer but the sender's own short message. */
export class SenderApiError extends SharedError {
  static override readonly brand = "hookgate.SenderApiError";
  override readonly name = "SenderApiError";
  readonly problem: SenderApiProblem;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(failure: SenderApiFailure, options?: { cause?: unknown }) {
    super(messageOf(failure), options);
    this.problem = failure.problem;
    this.status = failure.status;
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }

  /** Whether the same call may hold later. */
  get isPassing(): boolean {
    return PASSING.has(this.problem);
  }
}

function messageOf({ problem, sender, what, status, retryAfterSeconds, said }: SenderApiFailure): string {
  const answered = status === undefined ? problem.replaceAll("_", " ") : `answered ${status}`;
  const wait = retryAfterSeconds === undefined ? "" : ` (again in ${retryAfterSeconds} s)`;
  const words = said === undefined || said === "" ? "" : `; it says: ${said}`;
  return `${sender} could not ${what}: ${answered}${wait}: ${ADVICE[problem]}${words}`;
}

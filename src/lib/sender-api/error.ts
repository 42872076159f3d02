// The error of a sender's API, with the kind of problem.
import { SharedError } from "../across-builds.js";

/**
 * - `unauthorized` 401 · `forbidden` 403 · `not_found` 404 · `refused` another 4xx, or the sender's own refusal
 * - `rate_limited` 429, or the sender's own way of saying so · `unavailable` 5xx · `slow` no answer in time
 * - `unreachable` no connection · `redirected` 3xx, which is not followed · `bad_answer` an answer that differs from the documentation
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

/** What to do about each problem. */
const ADVICE: Readonly<Record<SenderApiProblem, string>> = {
  unauthorized: "the token is wrong, expired or revoked, or is one of another kind or mode (test, live)",
  forbidden: "the token is not allowed to do this: check its scopes or permissions",
  not_found: "it does not exist, or the token may not see it: check owner, repository, account and id",
  refused: "the sender understood and refused it",
  rate_limited: "too many calls: the call is retried once the sender allows it",
  unavailable: "the sender's API is failing: the call is retried",
  slow: "the call is retried; a larger timeoutSeconds waits longer",
  unreachable: "no connection: check the base URL, DNS, proxies and the firewall",
  redirected: "redirects are not followed, since the token would be sent too: set the final base URL",
  bad_answer: "the answer differs from the API's documentation: check the base URL and any proxy in between",
};

/** Problems that pass: the same call may succeed later. */
const PASSING: ReadonlySet<SenderApiProblem> = /* @__PURE__ */ new Set([
  "rate_limited",
  "unavailable",
  "slow",
  "unreachable",
  "bad_answer",
]);

export interface SenderApiFailure {
  readonly problem: SenderApiProblem;
  /** The sender's name in its own spelling: `GitHub`. */
  readonly sender: string;
  /** What the call does: `list the webhooks`. */
  readonly what: string;
  readonly status?: number | undefined;
  /** How long the sender asks to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** The sender's own message, without secrets. */
  readonly said?: string | undefined;
}

/** A call to a sender's API failed. Contains no token, no secret and no part of the answer except the sender's own short message. */
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

  /** Whether the same call may succeed later. */
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

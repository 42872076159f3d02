// A sender's API failed: what does whoever typed the command do about it?
import type { SenderApiError, SenderApiProblem } from "../api/sender-api-error.js";

/** What a token must be allowed, in the vendor's own words. */
export interface Permissions {
  readonly what: string;
  /** Where tokens come from, and modes that have their own. */
  readonly kinds?: string;
}

/** Of tokens that register webhooks. */
export const ENDPOINT_PERMISSIONS: Readonly<Record<string, Permissions>> = {
  github: {
    what: "a fine-grained token needs the repository permission Webhooks, read and write; a classic one the scope admin:repo_hook, for an organisation admin:org_hook",
    kinds: "an app's webhook is reached with the app's JWT, not with a token of a person",
  },
  stripe: {
    what: "a restricted key (rk_…) needs Webhook Endpoints: Write",
    kinds: "test mode (…_test_…) and live mode have keys of their own",
  },
  gitlab: { what: "the token needs the scope api, and the role Maintainer or Owner" },
};

const FIXES: Readonly<Record<SenderApiProblem, string>> = {
  unauthorized: "Give a token that is in force, of the right account.",
  forbidden: "Give the token what this needs.",
  not_found:
    "Compare the names given with --option, letter by letter. Many senders answer 404 also where the token may not see it.",
  refused: "Change what the sender names.",
  rate_limited: "Run it again then.",
  unavailable: "See the sender's status page, and run it again.",
  slow: "Run it again; --option timeoutSeconds=60 waits longer.",
  unreachable: "See that this machine reaches the sender: DNS, firewall, and --option baseUrl=… where one is given.",
  redirected: "Give --option baseUrl=… as the sender finally answers it.",
  bad_answer: "See what answers there: a proxy, a login page, or another --option baseUrl=….",
};

/** One or two sentences. `from`: the variable or file that the token is from. */
export function fixFor(error: SenderApiError, permissions: Permissions | undefined, from: string | undefined): string {
  const parts = [FIXES[error.problem]];
  if (error.problem === "unauthorized" && from !== undefined) parts.push(`It is read from ${from}.`);
  if (error.problem === "unauthorized" && permissions?.kinds !== undefined)
    parts.push(`Of this sender: ${permissions.kinds}.`);
  if (["forbidden", "not_found"].includes(error.problem) && permissions !== undefined)
    parts.push(`Of this sender: ${permissions.what}.`);
  return parts.join(" ");
}

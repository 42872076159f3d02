// Advice for errors of a sender's API.

import type { SenderApiError, SenderApiProblem } from "../../lib/sender-api/error.js";
import { durationText } from "./duration.js";

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

/** Where the options of an adapter are given: on the command line, or in the module that makes the source. */
export type OptionsAt = "command line" | "module";

function fixes(at: OptionsAt): Readonly<Record<SenderApiProblem, string>> {
  const given = (option: string): string => (at === "module" ? `the source's option ${option}` : `--option ${option}`);
  return {
    unauthorized: "Give a token that is in force, of the right account and mode.",
    forbidden: "Give the token what this needs.",
    not_found: `Compare the names ${at === "module" ? "given to the source" : "given with --option"}, letter by letter. Many senders answer 404 also where the token may not see it.`,
    refused: "Change what the sender names.",
    rate_limited: "Leave it alone for a while.",
    unavailable: "See the sender's status page.",
    slow: `Where it is always so, ${given("timeoutSeconds=60")} waits longer.`,
    unreachable: `See that this machine reaches the sender: DNS, firewall, and ${given("baseUrl")} where one is given.`,
    redirected: `Give ${given("baseUrl")} as the sender finally answers it.`,
    bad_answer: `See what answers there: a proxy, a login page, or another ${given("baseUrl")}.`,
  };
}

/** `from`: the variable or file that the token is from. */
export function fixFor(
  error: SenderApiError,
  at: OptionsAt,
  permissions?: Permissions | undefined,
  from?: string | undefined,
): string {
  const { problem, retryAfterSeconds: seconds } = error;
  const parts = [seconds === undefined ? fixes(at)[problem] : `Leave it alone for ${durationText(seconds)}.`];
  if (problem === "unauthorized" && from !== undefined) parts.push(`It is read from ${from}.`);
  if (problem === "unauthorized" && permissions?.kinds !== undefined)
    parts.push(`Of this sender: ${permissions.kinds}.`);
  if ((problem === "forbidden" || problem === "not_found") && permissions !== undefined)
    parts.push(`Of this sender: ${permissions.what}.`);
  return parts.join(" ");
}

// The fix that is shown for each error of a sender's API.

import type { SenderApiError, SenderApiProblem } from "../../lib/sender-api/error.js";
import { durationText } from "./duration.js";

/** The permissions that a token needs, in the vendor's words. */
export interface Permissions {
  readonly what: string;
  /** Kinds of tokens, such as one for test mode and one for live mode. */
  readonly kinds?: string;
}

/** Permissions to register webhooks. */
export const ENDPOINT_PERMISSIONS: Readonly<Record<string, Permissions>> = {
  github: {
    what: "a fine-grained token needs the repository permission Webhooks (read and write); a classic token needs the scope admin:repo_hook, or admin:org_hook for an organisation",
    kinds: "the webhook of a GitHub App needs the app's JWT, not a personal token",
  },
  stripe: {
    what: "a restricted key (rk_…) needs Webhook Endpoints: Write",
    kinds: "test mode (…_test_…) and live mode have separate keys",
  },
  gitlab: { what: "the token needs the scope api and the role Maintainer or Owner" },
};

/** Where the adapter's options are set: on the command line, or in the module that creates the source. */
export type OptionsAt = "command line" | "module";

function fixes(at: OptionsAt): Readonly<Record<SenderApiProblem, string>> {
  const given = (option: string): string => (at === "module" ? `the source's option ${option}` : `--option ${option}`);
  return {
    unauthorized: "Use a token that is valid, and of the right account and mode.",
    forbidden: "Give the token the permission that this needs.",
    not_found: `Check the spelling of the names ${at === "module" ? "given to the source" : "given with --option"}. Many senders also answer 404 when the token has no access.`,
    refused: "Change the value that the sender names.",
    rate_limited: "Wait a while before the next call.",
    unavailable: "Check the sender's status page.",
    slow: `If this happens every time, wait longer with ${given("timeoutSeconds=60")}.`,
    unreachable: `Check that this machine can reach the sender: DNS, firewall, and ${given("baseUrl")} if it is set.`,
    redirected: `Set ${given("baseUrl")} to the final URL, after the redirect.`,
    bad_answer: `Check what answers at that URL: a proxy, a login page, or a wrong ${given("baseUrl")}.`,
  };
}

/** @param from - The variable or file that holds the token. */
export function fixFor(error: SenderApiError, at: OptionsAt, permissions?: Permissions, from?: string): string {
  const { problem, retryAfterSeconds: seconds } = error;
  const parts = [seconds === undefined ? fixes(at)[problem] : `Wait ${durationText(seconds)} before the next call.`];
  if (problem === "unauthorized" && from !== undefined) parts.push(`The token is read from ${from}.`);
  if (problem === "unauthorized" && permissions?.kinds !== undefined)
    parts.push(`For this sender: ${permissions.kinds}.`);
  if ((problem === "forbidden" || problem === "not_found") && permissions !== undefined)
    parts.push(`For this sender: ${permissions.what}.`);
  return parts.join(" ");
}

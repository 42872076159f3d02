// Describes a rejection that no change explains, or that comes after the signature check.

import type { Outcome } from "../../core/outcome.js";
import { OUTCOMES } from "../../core/outcomes.js";
import type { Case } from "./attempt.js";
import { type Finding, problem } from "./finding.js";
import { hasCredentials } from "./other-sender.js";

/** The signature matches, but a later check rejects the delivery. */
export function refusedAfterwards(outcome: Outcome): readonly Finding[] {
  if (outcome.reply.status < 400) return [];
  const { meaning, fix } = OUTCOMES[outcome.name];
  const hint = outcome.hint === undefined ? "" : ` ${outcome.hint}`;
  return [problem("refused", `the signature matches, but: ${meaning}${hint}`, fix)];
}

export function unexplained(about: Case, outcome: Outcome): readonly Finding[] {
  const { sender, secrets, recorded, known } = about;
  if (outcome.name !== "unauthenticated") {
    const { meaning, fix } = OUTCOMES[outcome.name];
    const advice =
      "Check proxies in front of the receiver, and what else calls this URL: this sender does not send such a request.";
    return [problem("refused", outcome.hint ?? meaning, fix === "" ? advice : fix)];
  }
  if (!hasCredentials(about)) {
    return [
      problem(
        "credentials_missing",
        `the delivery has none of the credential headers (${sender.definition.auth.credentialHeaders.join(", ")}): ${outcome.hint ?? ""}`,
        "Check that a secret is set at the sender, and that no proxy drops headers. Otherwise someone else calls this URL.",
      ),
    ];
  }
  const key = secrets.find(({ text }) => /^(sk|rk|pk)_(test|live)_/.test(text));
  if (key !== undefined) {
    const what = `the secret in ${key.from} is an API key (it starts with ${/^[a-z]+_(?:test|live)_/.exec(key.text)?.[0]})`;
    return [problem("secret_is_api_key", what, "Give the signing secret of the endpoint, which starts with whsec_.")];
  }
  const where = known.about === undefined ? "" : ` Where to find it: ${known.about.credential}`;
  return [
    problem(
      "secret_wrong",
      `${outcome.hint ?? "the signature does not match"}. ${modeOf(recorded.body)}Tried without success: other forms of the secret, other environment variables, other line breaks and JSON layouts of the body${sender.definition.auth.needsPublicUrl ? ", other URLs" : ""}`,
      `Most likely the secret belongs to another endpoint, or is an old one.${where}`,
    ),
  ];
}

/** Stripe and others write their mode into the body. */
function modeOf(body: Buffer): string {
  const mode = /"livemode"\s*:\s*(true|false)/.exec(body.toString("utf8"))?.[1];
  if (mode === undefined) return "";
  return `The delivery is from ${mode === "true" ? "live" : "test"} mode: check that the secret is, too. `;
}

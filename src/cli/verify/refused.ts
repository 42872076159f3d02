// Describes a refusal that no change explains, or that comes after the signature check.

import type { Outcome } from "../../core/outcome.js";
import { OUTCOMES } from "../../core/outcomes.js";
import type { Case } from "./attempt.js";
import { type Finding, problem } from "./finding.js";
import { hasCredentials } from "./other-sender.js";

/** The origin is proven, and yet it goes no further. */
export function refusedAfterwards(outcome: Outcome): readonly Finding[] {
  if (outcome.reply.status < 400) return [];
  const { meaning, fix } = OUTCOMES[outcome.name];
  const hint = outcome.hint === undefined ? "" : ` ${outcome.hint}`;
  return [problem("refused", `the signature holds, but: ${meaning}${hint}`, fix)];
}

export function unexplained(about: Case, outcome: Outcome): readonly Finding[] {
  const { sender, secrets, recorded, known } = about;
  if (outcome.name !== "unauthenticated") {
    const { meaning, fix } = OUTCOMES[outcome.name];
    const advice = "Look at what is in between, and at what else calls this URL: this sender writes it otherwise.";
    return [problem("refused", outcome.hint ?? meaning, fix === "" ? advice : fix)];
  }
  if (!hasCredentials(about)) {
    return [
      problem(
        "credentials_missing",
        `none of the headers with the proof is there (${sender.definition.auth.credentialHeaders.join(", ")}): ${outcome.hint ?? ""}`,
        "Is a secret set at the sender? Does a proxy in between drop headers? Or somebody else calls this URL.",
      ),
    ];
  }
  const key = secrets.find(({ text }) => /^(sk|rk|pk)_(test|live)_/.test(text));
  if (key !== undefined) {
    const what = `the secret in ${key.from} is an API key (it begins with ${/^[a-z]+_(?:test|live)_/.exec(key.text)?.[0]})`;
    return [problem("secret_is_api_key", what, "Give the signing secret of the endpoint, which begins with whsec_.")];
  }
  const where = known.about === undefined ? "" : ` Where it is found: ${known.about.credential}`;
  return [
    problem(
      "secret_wrong",
      `${outcome.hint ?? "the proof does not hold"}. ${modeOf(recorded.body)}Tried without success: the secret in other forms, other variables of the environment, the body with other line breaks and written anew as JSON${sender.definition.auth.needsPublicUrl ? ", other URLs" : ""}`,
      `Most likely it is the secret of another endpoint, or an old one.${where}`,
    ),
  ];
}

/** Stripe and others say which environment a delivery is from. */
function modeOf(body: Buffer): string {
  const mode = /"livemode"\s*:\s*(true|false)/.exec(body.toString("utf8"))?.[1];
  if (mode === undefined) return "";
  return `The delivery is of ${mode === "true" ? "live" : "test"} mode; is the secret, too? `;
}

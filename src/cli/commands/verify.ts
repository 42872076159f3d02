// `hookgate verify`: passes a delivery through a real receiver, and explains why it is refused.
import type { Proven } from "../../core/auth.js";
import type { Outcome } from "../../core/outcome.js";
import { createReceiver } from "../../create-receiver.js";
import { urlVariants } from "../../diagnosis/url-variants.js";
import type { Command, Context, Given } from "../lib/command.js";
import { UsageError } from "../lib/usage-error.js";
import { build, SENDER_OPTIONS } from "../senders/chosen-sender.js";
import { findSender, type KnownSender } from "../senders/find-sender.js";
import { type GivenSecret, readSecrets, readVariables } from "../senders/secrets.js";
import { attempt, type Case, withSecret } from "../verify/attempt.js";
import { clockFindings } from "../verify/clock.js";
import { findCause, secretFinding } from "../verify/find-cause.js";
import { type Finding, note, problem } from "../verify/finding.js";
import { asInput, RECORDED_OPTIONS, readRecorded } from "../verify/recorded.js";
import { refusedAfterwards, unexplained } from "../verify/refused.js";
import { secretVariants } from "../verify/secret-variants.js";
import { type Examined, tell } from "../verify/verify-report.js";

export const verify: Command = {
  name: "verify",
  summary: "Explains why a delivery is refused: wrong secret, changed body, clock, URL, another sender.",
  usage: "--sender NAME --secret-env NAME (--delivery FILE | --headers FILE --body FILE)",
  details: [
    "The delivery goes through a real receiver. Where it is refused, one thing after another is changed until the signature holds: the secret's form, other variables of the environment that are named like secrets, the body's line breaks and layout, the URL. Secrets stay in this process; only the names of variables and files are shown.",
  ],
  options: {
    ...SENDER_OPTIONS,
    ...RECORDED_OPTIONS,
    "public-url": {
      type: "string",
      isList: true,
      value: "URL",
      help: "As given to the receiver, where the sender signs it.",
    },
    tolerance: {
      type: "string",
      value: "SECONDS",
      help: "As given to the receiver. Default: the sender's, mostly 300.",
    },
  },
  examples: [
    "hookgate verify --sender stripe --secret-env STRIPE_WEBHOOK_SECRET --delivery recorded.json",
    "hookgate verify --sender github --secret-file ./secret --headers headers.txt --body body.json",
    "hookgate verify --sender stripe --env-file .env --env-file .env.staging --secret-env STRIPE_WEBHOOK_SECRET --delivery recorded.http",
  ],
  async run(given, context) {
    if (given.positionals.length > 0)
      throw new UsageError(`verify takes options alone: hookgate verify ${verify.usage}`);
    const { about, early } = await readCase(given, context);
    const found = await examine(about, given, context);
    return tell(context, about, { ...found, findings: [...early, ...found.findings] });
  },
};

/** The delivery, the sender with secrets that it takes, and what had to be mended for that. */
async function readCase(given: Given, { io }: Context): Promise<{ about: Case; early: readonly Finding[] }> {
  const known = await findSender(given.required("sender"));
  const more = given.list("option");
  const read = readSecrets(given, io, known);
  const recorded = await readRecorded(given, io);
  const early: Finding[] = [];
  const secrets = read.map((secret) => {
    const text = secret.text.trim();
    if (text === secret.text || text.startsWith("-----BEGIN")) return secret;
    early.push(whiteSpace(secret));
    return { ...secret, text };
  });
  const mended = buildable(known, secrets, more);
  early.push(...mended.findings);
  const { auth } = mended.sender.definition;
  const publicUrls = [...given.list("public-url")];
  if (publicUrls.length === 0 && auth.needsPublicUrl) {
    const [likely] = urlVariants(recorded, []);
    if (likely === undefined) throw new UsageError("--public-url is missing: this sender signs the URL that it calls");
    publicUrls.push(likely);
    early.push(note("url_assumed", `this sender signs the URL; ${likely} is assumed`, "Give it with --public-url."));
  }
  const nowMs = recorded.receivedAtMs ?? io.now();
  return { about: { known, sender: mended.sender, secrets: mended.secrets, more, recorded, publicUrls, nowMs }, early };
}

/** An editor's last line break is no mistake of the file's; anything else would have been refused. */
function whiteSpace({ text, from }: GivenSecret): Finding {
  const isEditors = from.startsWith("the file ") && text.replace(/\r?\n$/, "") === text.trim();
  const what = `the secret in ${from} has white space around it${isEditors ? ": the line break at the file's end" : ""}`;
  const fix = "Trim it where it is set or read; a receiver takes every character as part of the secret.";
  return isEditors ? note("secret_white_space", what, fix) : problem("secret_white_space", what, fix);
}

/** A secret that the sender's factory refuses is mended, and told of. */
function buildable(known: KnownSender, secrets: readonly GivenSecret[], more: readonly string[]) {
  try {
    return { sender: build(known, secrets, more), secrets, findings: [] };
  } catch (error) {
    for (const [at, secret] of secrets.entries()) {
      for (const variant of secretVariants(secret.text)) {
        const others = secrets.with(at, { ...secret, text: variant.text });
        try {
          return { sender: build(known, others, more), secrets: others, findings: [secretFinding(secret, variant)] };
        } catch {
          // nor does the factory take this one
        }
      }
    }
    throw error;
  }
}

async function examine(about: Case, given: Given, { io }: Context): Promise<Examined> {
  const outcome = await receive(about, given.number("tolerance"));
  const proof = await attempt(about);
  if (proof !== undefined) {
    const findings = clockFindings(about, proof, given.number("tolerance"));
    const isClock = findings.some(({ level }) => level === "problem");
    const matched = await matchedBy(about, proof);
    if (proof.isVerified === false) {
      return {
        outcome,
        matched: undefined,
        findings: [
          note(
            "not_signed",
            "the sender signs no such delivery: nothing proves where it comes from",
            "`confirm` must verify it.",
          ),
        ],
      };
    }
    return { outcome, matched, findings: isClock ? findings : [...findings, ...refusedAfterwards(outcome)] };
  }
  if (outcome.name !== "unauthenticated") {
    return { outcome, matched: undefined, findings: unexplained(about, outcome) };
  }
  const { findings, proof: otherwise } = await findCause(about, readVariables(given, io));
  const clock = otherwise === undefined ? [] : clockFindings(about, otherwise, given.number("tolerance"));
  if (findings.length > 0) return { outcome, matched: undefined, findings: [...findings, ...clock] };
  return { outcome, matched: undefined, findings: unexplained(about, outcome) };
}

function receive(about: Case, toleranceSeconds: number | undefined): Promise<Outcome> {
  const quiet = (): void => undefined;
  const receiver = createReceiver(about.sender, {
    dedupe: false,
    publicUrl: about.publicUrls,
    now: () => about.nowMs,
    onOutcome: quiet,
    onError: quiet,
    logger: { warn: quiet, error: quiet },
    ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
  });
  return receiver.receive(asInput(about.recorded));
}

/** Each secret by itself: the one that the proof holds with. */
async function matchedBy(about: Case, proof: Proven): Promise<string | undefined> {
  for (const { option, text, from } of about.secrets) {
    const sender = withSecret(about, option, text);
    if (sender !== undefined && (await attempt(about, { sender })) !== undefined) return from;
  }
  return about.secrets.length === 0 ? `key ${proof.keyIndex} of the sender` : about.secrets[0]?.from;
}

// `hookgate verify`: passes a recorded delivery through a real receiver and explains a rejection.
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
import { type Examined, report } from "../verify/verify-report.js";

export const verify: Command = {
  name: "verify",
  summary: "Explains why a delivery is rejected: wrong secret, changed body, clock, URL, another sender.",
  usage: "--sender NAME --secret-env NAME (--delivery FILE | --headers FILE --body FILE)",
  details: [
    "The delivery goes through a real receiver. If it is rejected, the command varies one input after another until the signature matches: the form of the secret, other environment variables with names like secrets, line breaks and layout of the body, the URL. Secrets stay in this process; only the names of variables and files are printed.",
  ],
  options: {
    ...SENDER_OPTIONS,
    ...RECORDED_OPTIONS,
    "public-url": {
      type: "string",
      isList: true,
      value: "URL",
      help: "The receiver's publicUrl, for senders that sign the URL.",
    },
    tolerance: {
      type: "string",
      value: "SECONDS",
      help: "The receiver's toleranceSeconds. Default: the sender's own, usually 300.",
    },
  },
  examples: [
    "hookgate verify --sender stripe --secret-env STRIPE_WEBHOOK_SECRET --delivery recorded.json",
    "hookgate verify --sender github --secret-file ./secret --headers headers.txt --body body.json",
    "hookgate verify --sender stripe --env-file .env --env-file .env.staging --secret-env STRIPE_WEBHOOK_SECRET --delivery recorded.http",
  ],
  async run(given, context) {
    if (given.positionals.length > 0)
      throw new UsageError(`verify takes options only: hookgate verify ${verify.usage}`);
    const { about, early } = await readCase(given, context);
    const found = await examine(about, given, context);
    return report(context, about, { ...found, findings: [...early, ...found.findings] });
  },
};

/** Reads the delivery and builds the sender, with findings about secrets that had to be corrected first. */
async function readCase(given: Given, { io }: Context): Promise<{ about: Case; early: readonly Finding[] }> {
  const known = await findSender(given.required("sender"));
  const more = given.list("option");
  const read = readSecrets(given, io, known);
  const recorded = await readRecorded(given, io);
  const early: Finding[] = [];
  const secrets = read.map((secret) => {
    const text = secret.text.trim();
    if (text === secret.text || text.startsWith("-----BEGIN")) return secret;
    early.push(whiteSpaceFinding(secret));
    return { ...secret, text };
  });
  const corrected = buildCorrected(known, secrets, more);
  early.push(...corrected.findings);
  const { auth } = corrected.sender.definition;
  const publicUrls = [...given.list("public-url")];
  if (publicUrls.length === 0 && auth.needsPublicUrl) {
    const [likely] = urlVariants(recorded, []);
    if (likely === undefined) throw new UsageError("--public-url is missing: this sender signs the URL");
    publicUrls.push(likely);
    early.push(note("url_assumed", `this sender signs the URL; ${likely} is assumed`, "Give it with --public-url."));
  }
  const nowMs = recorded.receivedAtMs ?? io.now();
  return {
    about: { known, sender: corrected.sender, secrets: corrected.secrets, more, recorded, publicUrls, nowMs },
    early,
  };
}

/** A final line break of a file is only a note, since readers of files usually remove it. */
function whiteSpaceFinding({ text, from }: GivenSecret): Finding {
  const isFinalBreak = from.startsWith("the file ") && text.replace(/\r?\n$/, "") === text.trim();
  const what = `the secret in ${from} has white space around it${isFinalBreak ? ": the line break at the end of the file" : ""}`;
  const fix = "Trim it where it is set or read: to a receiver every character is part of the secret.";
  return isFinalBreak ? note("secret_white_space", what, fix) : problem("secret_white_space", what, fix);
}

/** The message of a factory about a credential of another kind. */
const FOREIGN = /^\w+: \w+ is an? [^;]+; give /;
/** A secret that signed nothing. */
const STAND_IN = "whsec_0123456789abcdef0123456789abcdef";

/** Corrects a secret that the sender's factory refuses, and reports that. */
function buildCorrected(known: KnownSender, secrets: readonly GivenSecret[], more: readonly string[]) {
  try {
    return { sender: build(known, secrets, more), secrets, findings: [] };
  } catch (error) {
    // A credential of another kind: the report says so, with a sender of another secret.
    if (error instanceof UsageError && FOREIGN.test(error.message)) {
      const standIns = secrets.map((one) => ({ ...one, text: STAND_IN }));
      return { sender: build(known, standIns, more), secrets, findings: [] };
    }
    for (const [at, secret] of secrets.entries()) {
      for (const variant of secretVariants(secret.text)) {
        const others = secrets.with(at, { ...secret, text: variant.text });
        try {
          return { sender: build(known, others, more), secrets: others, findings: [secretFinding(secret, variant)] };
        } catch {
          // the factory refuses this variant, too
        }
      }
    }
    throw error;
  }
}

async function examine(about: Case, given: Given, { io }: Context): Promise<Examined> {
  const outcome = await receive(about, given.number("tolerance"));
  const proven = await attempt(about);
  if (proven !== undefined) {
    const findings = clockFindings(about, proven, given.number("tolerance"));
    const isClock = findings.some(({ level }) => level === "problem");
    const matched = await matchedBy(about, proven);
    if (proven.isVerified === false) {
      return {
        outcome,
        matched: undefined,
        findings: [
          note(
            "not_signed",
            "the sender does not sign this kind of delivery, so its origin cannot be verified",
            "The receiver's `confirm` must verify it.",
          ),
        ],
      };
    }
    return { outcome, matched, findings: isClock ? findings : [...findings, ...refusedAfterwards(outcome)] };
  }
  if (outcome.name !== "unauthenticated") {
    return { outcome, matched: undefined, findings: unexplained(about, outcome) };
  }
  const { findings, proven: otherwise } = await findCause(about, readVariables(given, io));
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

/** Tries each secret alone, to name the one that matches. */
async function matchedBy(about: Case, proven: Proven): Promise<string | undefined> {
  for (const { option, text, from } of about.secrets) {
    const sender = withSecret(about, option, text);
    if (sender !== undefined && (await attempt(about, { sender })) !== undefined) return from;
  }
  return about.secrets.length === 0 ? `key ${proven.keyIndex} of the sender` : about.secrets[0]?.from;
}

// Finds why a signature does not verify: changes one thing at a time, then two, until it does.
import { type BodyVariant, bodyVariants } from "../../diagnosis/body-variants.js";
import { urlVariants } from "../../diagnosis/url-variants.js";
import type { GivenSecret, Variable } from "../senders/secrets.js";
import { attempt, type Case, type Otherwise, withSecret } from "./attempt.js";
import { type Cause, type Finding, problem } from "./finding.js";
import { hasCredentials, otherSender } from "./other-sender.js";
import { type SecretVariant, secretVariants } from "./secret-variants.js";

/** Bodies beyond it are not tried with everything at once: each try is a hash over all of it. */
const MAX_COMBINED_BYTES = 65_536;
/** Of all bodies that are tried, a second or two of hashing. */
const MAX_TRIED_BYTES = 1_073_741_824;

const NOTHING: Cause = { findings: [], proof: undefined };

interface Change {
  readonly otherwise: Otherwise;
  readonly finding: Finding;
}

/** @param variables - Of the environment: one of them may hold the secret of another endpoint. */
export async function findCause(about: Case, variables: readonly Variable[]): Promise<Cause> {
  if (!hasCredentials(about)) return (await otherSender(about)) ?? NOTHING;
  const secrets = [...secretChanges(about), ...variableChanges(about, variables)];
  const urls = urlChanges(about);
  const single = await firstThatHolds(about, singles(secrets, bodyChanges(about), urls));
  if (single !== undefined) return single;
  const other = await otherSender(about);
  if (other !== undefined) return other;
  if (about.recorded.body.length > MAX_COMBINED_BYTES) return NOTHING;
  const bodies = [...bodyChanges(about)];
  const pairs = [...pairsOf(secrets, bodies), ...pairsOf(secrets, urls), ...pairsOf(bodies, urls)];
  return (await firstThatHolds(about, pairs)) ?? NOTHING;
}

async function firstThatHolds(about: Case, tries: Iterable<readonly Change[]>): Promise<Cause | undefined> {
  let triedBytes = 0;
  for (const changes of tries) {
    const otherwise = Object.assign({}, ...changes.map((change) => change.otherwise)) as Otherwise;
    triedBytes += (otherwise.recorded?.body ?? about.recorded.body).length;
    if (triedBytes > MAX_TRIED_BYTES) return undefined;
    const proof = await attempt(about, otherwise);
    if (proof !== undefined) return { proof, findings: changes.map((change) => change.finding) };
  }
  return undefined;
}

/** Bodies one at a time: all of them may be many times the delivery. */
function* singles(...kinds: readonly Iterable<Change>[]): Generator<readonly Change[]> {
  for (const changes of kinds) for (const change of changes) yield [change];
}

function pairsOf(left: readonly Change[], right: readonly Change[]): readonly (readonly Change[])[] {
  return left.flatMap((one) => right.map((other) => [one, other]));
}

function secretChanges(about: Case): readonly Change[] {
  return about.secrets.flatMap((secret) =>
    secretVariants(secret.text).flatMap((variant) => {
      const sender = withSecret(about, secret.option, variant.text);
      return sender === undefined ? [] : [{ otherwise: { sender }, finding: secretFinding(secret, variant) }];
    }),
  );
}

export function secretFinding({ from }: GivenSecret, { code, wrong, fix }: SecretVariant): Finding {
  return problem(code, `the secret in ${from} ${wrong}`, fix);
}

/** Variables that are named like secrets, or hold what looks like one. */
function variableChanges(about: Case, variables: readonly Variable[]): readonly Change[] {
  const [first] = about.secrets;
  const option = first?.option ?? "secret";
  const known = new Set(about.secrets.map(({ text }) => text.trim()));
  const seen = new Set<string>();
  return variables.flatMap(({ name, text, from }) => {
    const trimmed = text.trim();
    const isSecret = /secret|token|key|webhook|sign/i.test(name) || trimmed.startsWith("whsec_");
    if (!isSecret || trimmed.length < 8 || known.has(trimmed) || seen.has(trimmed)) return [];
    seen.add(trimmed);
    const sender = withSecret(about, option, trimmed);
    if (sender === undefined) return [];
    const finding = problem(
      "secret_other",
      `it was signed with the secret in ${from}, not with ${about.secrets.map((secret) => secret.from).join(", ") || "the one given"}: it came from another endpoint, or from another environment (test or live)`,
      `Give the receiver the secret of the endpoint that sends to it; ${from} is that of this delivery.`,
    );
    return [{ otherwise: { sender }, finding }];
  });
}

function* bodyChanges({ recorded }: Case): Generator<Change> {
  for (const variant of bodyVariants(recorded.body)) {
    yield {
      otherwise: { recorded: { body: variant.body } },
      finding: bodyFinding(variant, recorded.isBodyGuessed),
    };
  }
}

function bodyFinding({ code, wrong, fix }: BodyVariant, isGuessed: boolean): Finding {
  if (!isGuessed) return problem(code, `the body is not the one that was signed: ${wrong}`, fix);
  return problem(
    "record_parsed",
    `the record holds the parsed body and not its bytes, and they can be told only because ${wrong}`,
    "Record the body as text, or as bodyBase64.",
  );
}

function urlChanges({ sender, recorded, publicUrls }: Case): readonly Change[] {
  const { auth } = sender.definition;
  if (!auth.needsPublicUrl && !auth.covers.url) return [];
  return urlVariants(recorded, publicUrls).map((url) => ({
    otherwise: { publicUrls: [url] },
    finding: urlFinding(url.replace(/\?.*/s, ""), publicUrls),
  }));
}

/** Without its query, which may hold a token, and which the receiver adds by itself. */
function urlFinding(url: string, publicUrls: readonly string[]): Finding {
  const given = publicUrls.map((one) => one.replace(/\?.*/s, "")).join(", ");
  return problem(
    "url_wrong",
    `the sender signed the URL ${url}, and ${given || "none"} was given: a proxy in between changed what the receiver sees`,
    `Give it as registered with the sender: createReceiver(…, { publicUrl: ${JSON.stringify(url)} }).`,
  );
}

// Finds why a signature does not match: changes one input, then two, until it does.
import { type BodyVariant, bodyVariants } from "../../diagnosis/body-variants.js";
import { urlVariants } from "../../diagnosis/url-variants.js";
import type { GivenSecret, Variable } from "../senders/secrets.js";
import { attempt, type Case, type Changed, withSecret } from "./attempt.js";
import { type Cause, type Finding, problem } from "./finding.js";
import { hasCredentials, otherSender } from "./other-sender.js";
import { type SecretVariant, secretVariants } from "./secret-variants.js";

/** Larger bodies are not tried in pairs with other changes: each attempt hashes the whole body. */
const MAX_COMBINED_BYTES = 65_536;
/** Total of all attempts: a second or two of hashing. */
const MAX_TRIED_BYTES = 1_073_741_824;

const NOTHING: Cause = { findings: [], proven: undefined };

interface Change {
  readonly changed: Changed;
  readonly finding: Finding;
}

/** @param variables - Environment variables, one of which may hold the secret of another endpoint. */
export async function findCause(about: Case, variables: readonly Variable[]): Promise<Cause> {
  if (!hasCredentials(about)) return (await otherSender(about)) ?? NOTHING;
  const secrets = [...secretChanges(about), ...variableChanges(about, variables)];
  const urls = urlChanges(about);
  const single = await firstMatch(about, singles(secrets, bodyChanges(about), urls));
  if (single !== undefined) return single;
  const other = await otherSender(about);
  if (other !== undefined) return other;
  if (about.recorded.body.length > MAX_COMBINED_BYTES) return NOTHING;
  const bodies = [...bodyChanges(about)];
  const pairs = [...pairsOf(secrets, bodies), ...pairsOf(secrets, urls), ...pairsOf(bodies, urls)];
  return (await firstMatch(about, pairs)) ?? NOTHING;
}

async function firstMatch(about: Case, tries: Iterable<readonly Change[]>): Promise<Cause | undefined> {
  let triedBytes = 0;
  for (const changes of tries) {
    const changed = Object.assign({}, ...changes.map((change) => change.changed)) as Changed;
    triedBytes += (changed.recorded?.body ?? about.recorded.body).length;
    if (triedBytes > MAX_TRIED_BYTES) return undefined;
    const proven = await attempt(about, changed);
    if (proven !== undefined) return { proven, findings: changes.map((change) => change.finding) };
  }
  return undefined;
}

/** A generator, because all body variants together may need many times the memory of the delivery. */
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
      return sender === undefined ? [] : [{ changed: { sender }, finding: secretFinding(secret, variant) }];
    }),
  );
}

export function secretFinding({ from }: GivenSecret, { code, wrong, fix }: SecretVariant): Finding {
  return problem(code, `the secret in ${from} ${wrong}`, fix);
}

/** Tries variables whose name or value looks like a secret. */
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
      `the delivery was signed with the secret in ${from}, not with ${about.secrets.map((secret) => secret.from).join(", ") || "the given one"}: it comes from another endpoint or environment (test or live)`,
      `Give the receiver the secret of the endpoint that sends to it; for this delivery that is ${from}.`,
    );
    return [{ changed: { sender }, finding }];
  });
}

function* bodyChanges({ recorded }: Case): Generator<Change> {
  for (const variant of bodyVariants(recorded.body)) {
    yield {
      changed: { recorded: { body: variant.body } },
      finding: bodyFinding(variant, recorded.isBodyGuessed),
    };
  }
}

function bodyFinding({ code, wrong, fix }: BodyVariant, isGuessed: boolean): Finding {
  if (!isGuessed) return problem(code, `the body differs from the signed one: ${wrong}`, fix);
  return problem(
    "record_parsed",
    `the recording has the parsed body instead of its bytes; the original was found because ${wrong}`,
    "Record the body as text, or as bodyBase64.",
  );
}

function urlChanges({ sender, recorded, publicUrls }: Case): readonly Change[] {
  const { auth } = sender.definition;
  if (!auth.needsPublicUrl && !auth.covers.url) return [];
  return urlVariants(recorded, publicUrls).map((url) => ({
    changed: { publicUrls: [url] },
    finding: urlFinding(url.replace(/\?.*/s, ""), publicUrls),
  }));
}

/** Shows the URL without its query, which may contain a token and which the receiver adds itself. */
function urlFinding(url: string, publicUrls: readonly string[]): Finding {
  const given = publicUrls.map((one) => one.replace(/\?.*/s, "")).join(", ");
  return problem(
    "url_wrong",
    `the sender signed the URL ${url}, but the receiver has ${given || "no publicUrl"}: a proxy changes the URL that the receiver sees`,
    `Give the URL as registered with the sender: createReceiver(…, { publicUrl: ${JSON.stringify(url)} }).`,
  );
}

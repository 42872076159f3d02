// Sends a harmless signed delivery to show that a URL accepts a secret.
import { setTimeout as sleep } from "node:timers/promises";
import type { EndpointProof } from "../../endpoints/index.js";
import type { Sender } from "../../sender/sender.js";
import type { Given } from "../lib/command.js";
import { durationMs } from "../lib/duration.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import { build } from "../senders/chosen-sender.js";
import { findSender, type KnownSender } from "../senders/find-sender.js";
import { readEvent } from "../senders/payload.js";
import { type GivenSecret, readSecrets, usualOption, withoutFinalBreak } from "../senders/secrets.js";
import type { EndpointCall } from "./endpoint-call.js";

/** No handler takes it, so nothing is set off. */
const HARMLESS_TYPE = "hookgate.check";
const PAUSE_MS = 1_000;
/** Where a sender knows two ways to prove itself, the option whose secret the API registers. */
const REGISTERED_AS: Readonly<Record<string, string>> = { gitlab: "token" };
/** Where the sender makes the secret, there is none yet. */
const STAND_IN = "whsec_0123456789abcdef0123456789abcdef";

/** The webhook's own secret, and others that its receiver has. */
export interface Signing {
  readonly known: KnownSender;
  /** `undefined`: none was given. */
  readonly secret: string | undefined;
  readonly secrets: readonly GivenSecret[];
}

/** @throws {UsageError} Where several are given: an endpoint has one. */
export async function readSigning({ row, api, isToken, given, context }: EndpointCall): Promise<Signing> {
  const { sender: name } = row;
  const { io } = context;
  const found = await findSender(name);
  const only = REGISTERED_AS[name];
  const known = only === undefined ? found : { ...found, options: [only] };
  const secrets = readSecrets(given, io, known).map(withoutFinalBreak);
  const own = secrets.filter(({ option }) => option === usualOption(known));
  if (own.length > 1)
    throw new UsageError(
      "an endpoint has one secret; two were given. For rotate the new one is --secret-env NAME, the old one --previous-env NAME",
    );
  const [first] = own;
  if (first !== undefined && "secretBy" in api && api.secretBy === "us" && isToken(first.text))
    throw new UsageError(
      "the secret is the token: deliveries are signed with a secret of their own, such as openssl rand -hex 32 makes",
    );
  return { known, secret: first?.text, secrets };
}

/** Tries until it holds, or `--wait` is over. @throws {UsageError} Where the sender signs in a way that cannot be done here. */
export async function roundTrip(signing: Signing, given: Given, io: Io): Promise<EndpointProof> {
  const { known, secrets } = signing;
  const { signedRoundTrip } = await import("../../endpoints/index.js");
  const wait = given.text("wait");
  const waitMs = wait === undefined ? 0 : durationMs("wait", wait);
  const event = await readEvent(given, io, known, HARMLESS_TYPE);
  const main = usualOption(known);
  const others = secrets.filter(({ option }) => option !== main);
  const senderWith = (text: string): Sender<never> => build(known, [...others, { option: main, text, from: "" }], []);
  const prove = signedRoundTrip<never>((text) => senderWith(text), {
    type: event.type,
    ...(event.payload === undefined ? {} : { payload: event.payload }),
  });
  return async ({ url, secret = signing.secret }) => {
    if (secret === undefined) {
      return { isProven: false, detail: "there is no secret to sign with: give --secret-env NAME, or --no-prove" };
    }
    const endMs = performance.now() + waitMs;
    for (;;) {
      const result = await prove({ url, secret });
      if (result.isProven || io.signal.aborted || performance.now() + PAUSE_MS > endMs) return result;
      await sleep(PAUSE_MS, undefined, { signal: io.signal }).catch(() => undefined);
    }
  };
}

/** `--no-prove`. @throws {UsageError} Beside what it excludes. */
export function isUnproven(given: Given): boolean {
  if (!given.isSet("no-prove")) return false;
  const other = ["prove", "wait"].find((name) => given.isSet(name));
  if (other !== undefined) throw new UsageError(`--${other} and --no-prove exclude each other`);
  return true;
}

/** Not with what proves and cannot sign: a public key. */
export function canSign({ known, secret, secrets }: Signing): boolean {
  const main = usualOption(known);
  if (main === "publicKey") return false;
  const others = secrets.filter(({ option }) => option !== main);
  // What was given must be right; what stands in for a secret need not fit.
  if (secret !== undefined) return build(known, secrets, []).definition.auth.sign !== undefined;
  try {
    const stand = { option: main, text: STAND_IN, from: "" };
    return build(known, [...others, stand], []).definition.auth.sign !== undefined;
  } catch {
    return false;
  }
}

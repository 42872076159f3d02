// Sends a harmless signed delivery to check that a URL accepts a secret.
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

/** A type without a handler, so that nothing runs. */
const HARMLESS_TYPE = "hookgate.check";
const PAUSE_MS = 1_000;
/** For senders with two kinds of credentials: the option whose secret the API registers. */
const REGISTERED_AS: Readonly<Record<string, string>> = { gitlab: "token" };
/** Stands for the secret that the sender has not created yet. */
const STAND_IN = "whsec_0123456789abcdef0123456789abcdef";

/** The webhook's secret, and further secrets of the receiver. */
export interface Signing {
  readonly known: KnownSender;
  /** `undefined` when none was given. */
  readonly secret: string | undefined;
  readonly secrets: readonly GivenSecret[];
}

/** @throws {UsageError} When several are given, since an endpoint has one. */
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
      "an endpoint has one secret, but two were given. For rotate the new one is --secret-env NAME and the old one --previous-env NAME",
    );
  const [first] = own;
  if (first !== undefined && "secretBy" in api && api.secretBy === "us" && isToken(first.text))
    throw new UsageError(
      "the secret is the API token: use a separate secret for deliveries, such as the output of openssl rand -hex 32",
    );
  return { known, secret: first?.text, secrets };
}

/** Retries until the delivery is accepted or `--wait` has passed. @throws {UsageError} When hookgate cannot sign as the sender does. */
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
      return { isProven: false, detail: "there is no secret to sign with: give --secret-env NAME or --no-prove" };
    }
    const endMs = performance.now() + waitMs;
    for (;;) {
      const result = await prove({ url, secret });
      if (result.isProven || io.signal.aborted || performance.now() + PAUSE_MS > endMs) return result;
      await sleep(PAUSE_MS, undefined, { signal: io.signal }).catch(() => undefined);
    }
  };
}

/** `--no-prove`. @throws {UsageError} Together with an option that it excludes. */
export function isUnproven(given: Given): boolean {
  if (!given.isSet("no-prove")) return false;
  const other = ["prove", "wait"].find((name) => given.isSet(name));
  if (other !== undefined) throw new UsageError(`--${other} and --no-prove exclude each other`);
  return true;
}

/** A public key verifies but cannot sign. */
export function canSign({ known, secret, secrets }: Signing): boolean {
  const main = usualOption(known);
  if (main === "publicKey") return false;
  const others = secrets.filter(({ option }) => option !== main);
  // A given secret must be valid; the stand-in may be of the wrong form.
  if (secret !== undefined) return build(known, secrets, []).definition.auth.sign !== undefined;
  try {
    const stand = { option: main, text: STAND_IN, from: "" };
    return build(known, [...others, stand], []).definition.auth.sign !== undefined;
  } catch {
    return false;
  }
}

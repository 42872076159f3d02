// Builds a sender from made-up secrets, to read its facts.
import { generateKeyPairSync } from "node:crypto";
import type { Sender } from "../../sender/sender.js";
import type { KnownSender } from "./find-sender.js";

const BYTES = Buffer.alloc(32, 3);
/** Forms of secrets, the most specific last. */
const SECRETS: readonly string[] = [
  BYTES.toString("hex"),
  `whsec_${BYTES.toString("base64")}`,
  BYTES.toString("base64"),
];
const KEYS: readonly (() => string)[] = [
  once(() => pem(generateKeyPairSync("ec", { namedCurve: "P-256" }))),
  once(() => pem(generateKeyPairSync("ed25519"))),
  once(() => rawEd25519().toString("hex")),
  once(() => `whpk_${rawEd25519().toString("base64")}`),
  once(() => pem(generateKeyPairSync("rsa", { modulusLength: 2048 }))),
];

/** `undefined` when no made-up options fit the factory. */
export function sampleSender(known: KnownSender): Sender<never> | undefined {
  if (known.about === undefined) return attempt(known, {});
  for (const secret of SECRETS) {
    const hasKey = known.options.some(isKey);
    for (const makeKey of hasKey ? KEYS : [() => ""]) {
      const key = makeKey();
      for (const keys of [{ k1: key }, () => key]) {
        const whole = Object.fromEntries(known.options.map((name) => [name, sampleOf(name, secret, key, keys)]));
        const found = attempt(known, whole) ?? firstOf(known, whole);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

/** Some options exclude each other. */
function firstOf(known: KnownSender, whole: Readonly<Record<string, unknown>>): Sender<never> | undefined {
  for (const [name, value] of Object.entries(whole)) {
    const found = attempt(known, { [name]: value });
    if (found !== undefined) return found;
  }
  return undefined;
}

function attempt(known: KnownSender, options: Readonly<Record<string, unknown>>): Sender<never> | undefined {
  try {
    return known.build(options);
  } catch {
    return undefined; // the factory refuses these options
  }
}

function isKey(name: string): boolean {
  return /^publicKey$|^keys$/.test(name);
}

/** Values of options that are not secrets. */
const PLAIN: Readonly<Record<string, unknown>> = {
  confirm: () => true,
  enrol: () => true,
  xml: { name: "xml", parse: () => ({ ok: false, hint: "no body is parsed here" }) },
  allowedOrigins: [],
  allowedPerMinute: 60,
  jwksUrl: "https://example.com/keys",
  endpoint: "https://example.com/webhooks",
  topicArns: "arn:aws:sns:us-east-1:123456789012:topic",
  topics: "*",
  versions: ["v3"],
};

function sampleOf(name: string, secret: string, key: string, keys: unknown): unknown {
  if (name === "keys") return keys;
  if (isKey(name)) return key;
  if (name === "depositSecret") return () => secret;
  return Object.hasOwn(PLAIN, name) ? PLAIN[name] : secret;
}

/** Keys are generated once: an RSA key takes a tenth of a second. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function pem({ publicKey }: ReturnType<typeof generateKeyPairSync>): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

function rawEd25519(): Buffer {
  return generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).subarray(-32);
}

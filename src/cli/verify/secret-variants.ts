// Variants of a secret that result from copying or decoding it wrongly.
import type { FindingCode } from "./finding.js";

export interface SecretVariant {
  readonly code: FindingCode;
  readonly text: string;
  /** What is wrong with the given secret: `has quotes around it`. */
  readonly wrong: string;
  readonly fix: string;
}

const PREFIX = "whsec_";
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Texts that the sender may have signed with if the given one was copied or decoded wrongly. */
export function secretVariants(given: string): readonly SecretVariant[] {
  const text = given.trim();
  const variants: SecretVariant[] = [];
  const add = (other: string, wrong: string, fix: string, code: FindingCode = "secret_form"): void => {
    const isNew = other !== given && other.trim() !== "" && variants.every((one) => one.text !== other);
    if (isNew) variants.push({ code, text: other, wrong, fix });
  };
  add(
    text,
    "has white space around it",
    "Trim it where it is set; files often end with a line break.",
    "secret_white_space",
  );
  add(
    text.replace(/^(["'`])(.*)\1$/s, "$2"),
    "has quotes around it, which are not part of it",
    "Remove the quotes: docker --env-file and some control panels keep them.",
  );
  add(text.replace(/\\n$|\\r\\n$/g, ""), "ends with the two characters \\n", "Remove them where the secret is set.");
  add(
    text.replace(/^(?:whsec_)+/, PREFIX),
    `starts with ${PREFIX} more than once`,
    `Copy it completely from the sender's page, with one ${PREFIX}.`,
  );
  if (text.startsWith(PREFIX)) {
    add(
      text.slice(PREFIX.length),
      `starts with ${PREFIX}, but the sender signed with the part after it`,
      `Give it without ${PREFIX}.`,
    );
  } else {
    add(
      PREFIX + text,
      `lacks the prefix ${PREFIX}, which is part of this sender's secret`,
      `Give it as the sender shows it, starting with ${PREFIX}.`,
    );
  }
  for (const key of [text, text.replace(PREFIX, "")]) {
    add(
      PREFIX + Buffer.from(key).toString("base64"),
      `was used as text by the signer; the key is the decoded base64 after ${PREFIX}`,
      `The sender must decode the base64 after ${PREFIX} before it signs.`,
    );
  }
  const decoded = fromBase64(text);
  if (decoded !== undefined) {
    add(decoded, "is base64-encoded once too often", "Decode it once. Kubernetes stores secrets in base64.");
  }
  add(
    Buffer.from(text).toString("base64"),
    "was decoded from base64 before it was set",
    "Give it as the sender shows it: hookgate decodes it.",
  );
  if (/%[0-9a-f]{2}/i.test(text)) {
    add(percentDecoded(text), "is percent-encoded", "Decode it: %2B is +, %2F is /, %3D is =.");
  }
  return variants;
}

function fromBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64").toString("utf8").trimEnd();
  return PRINTABLE.test(decoded) ? decoded : undefined;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

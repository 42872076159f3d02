// Variants of a secret that copying can make.
import type { FindingCode } from "./finding.js";

export interface SecretVariant {
  readonly code: FindingCode;
  readonly text: string;
  /** Said of the secret as it was given: `has quotes around it`. */
  readonly wrong: string;
  readonly fix: string;
}

const PREFIX = "whsec_";
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Other texts that the sender may have signed with, had this one been copied or decoded otherwise. */
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
    "Trim it where it is set; a file often ends in a line break.",
    "secret_white_space",
  );
  add(
    text.replace(/^(["'`])(.*)\1$/s, "$2"),
    "has quotes around it, which are not part of it",
    "Take the quotes away: docker --env-file and some panels keep them.",
  );
  add(text.replace(/\\n$|\\r\\n$/g, ""), "ends in \\n written out", "Take it away where the secret is set.");
  add(
    text.replace(/^(?:whsec_)+/, PREFIX),
    `begins with ${PREFIX} more than once`,
    `Copy it whole from the sender's page, with one ${PREFIX}.`,
  );
  if (text.startsWith(PREFIX)) {
    add(
      text.slice(PREFIX.length),
      `begins with ${PREFIX}, and the sender signed with what follows it`,
      `Give it without ${PREFIX}.`,
    );
  } else {
    add(
      PREFIX + text,
      `lacks its ${PREFIX}: for this sender the prefix is part of the secret`,
      `Give it whole, as the sender shows it, beginning with ${PREFIX}.`,
    );
  }
  for (const key of [text, text.replace(PREFIX, "")]) {
    add(
      PREFIX + Buffer.from(key).toString("base64"),
      `was used as text by who signed; the key is the base64 after ${PREFIX}, decoded`,
      `The sender must decode what follows ${PREFIX} from base64 before it signs.`,
    );
  }
  const decoded = fromBase64(text);
  if (decoded !== undefined) {
    add(decoded, "is in base64 once more than it should be", "Decode it once, as Kubernetes' secrets are.");
  }
  add(
    Buffer.from(text).toString("base64"),
    "was decoded from base64 before it was given",
    "Give it as the sender shows it: it is decoded here.",
  );
  if (/%[0-9a-f]{2}/i.test(text)) {
    add(percentDecoded(text), "is percent-encoded, as in a URL", "Decode it: %2B is +, %2F is /, %3D is =.");
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

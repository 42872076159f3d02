// Recognises credentials of known form that are given in place of a webhook secret.

interface CredentialForm {
  readonly starts: RegExp;
  readonly is: string;
  /** Senders whose deliveries are signed with such a credential. */
  readonly signs: readonly string[];
}

/** Forms that a vendor gives to one kind of credential only. */
const FORMS: readonly CredentialForm[] = [
  { starts: /^(?:sk|rk|pk)_(?:live|test)_/, is: "an API key of Stripe's or Paystack's form", signs: ["paystack"] },
  { starts: /^(?:gh[opsur]_|github_pat_)/, is: "a GitHub access token", signs: [] },
  { starts: /^(?:xox[abeoprs]-|xapp-)/, is: "a Slack token", signs: [] },
  { starts: /^SG\.[\w-]{10}/, is: "a SendGrid API key", signs: [] },
  { starts: /^glpat-/, is: "a GitLab access token", signs: [] },
  { starts: /^lin_(?:api|oauth)_/, is: "a Linear API key", signs: [] },
  { starts: /^shp(?:at|ca|pa)_/, is: "a Shopify access token", signs: [] },
  { starts: /^shpss_/, is: "the secret of a Shopify app", signs: ["shopify"] },
  { starts: /^lin_wh_/, is: "a webhook secret of Linear", signs: ["linear"] },
  { starts: /^pdl_ntfset_/, is: "a webhook secret of Paddle", signs: ["paddle"] },
  { starts: /^sk-(?:ant|proj)-/, is: "an API key of Anthropic or OpenAI", signs: [] },
];

/** Secrets of documentation and examples, and keys of a test mode. */
const TEST_SECRET =
  /^(?:(?:sk|rk|pk)_test_|test_sk_|whsec_(?:test|for_trying_it_out)|(?:test|secret|changeme|password|example|your[-_])\w*$)/i;

/** What a text is when it cannot be a secret of that sender; `undefined` when it can. */
export function foreignCredential(sender: string, text: string): string | undefined {
  return FORMS.find(({ starts, signs }) => starts.test(text) && !signs.includes(sender))?.is;
}

/**
 * Checks the texts among a sender's options. Functions are checked by nobody, since their secrets come later.
 *
 * @throws {TypeError} For a credential of another kind. The message has its form, not its text.
 */
export function refuseForeignCredentials(factory: string, sender: string, options: object): void {
  for (const [option, text] of textsIn(options)) {
    const is = foreignCredential(sender, text);
    if (is === undefined) continue;
    const advice =
      sender === "stripe" ? "the endpoint's signing secret, which starts with whsec_" : "the secret of this webhook";
    throw new TypeError(`${factory}: ${option} is ${is}; give ${advice}`);
  }
}

/** A warning for each test secret in production. */
export function testSecretWarnings(factory: string, options: object): readonly string[] {
  if (!isProduction()) return [];
  return textsIn(options)
    .filter(([, text]) => TEST_SECRET.test(text))
    .map(
      ([option]) => `${factory}: ${option} looks like a test secret, and NODE_ENV is "production": anyone may know it`,
    );
}

function textsIn(options: object): readonly (readonly [option: string, text: string])[] {
  return Object.entries(options).flatMap(([option, value]) =>
    [value].flat().flatMap((one) => (typeof one === "string" ? [[option, one.trim()] as const] : [])),
  );
}

/** `NODE_ENV`. Deno asks for a permission to read it, and throws where it is not given. */
function isProduction(): boolean {
  try {
    return globalThis.process?.env?.NODE_ENV === "production";
  } catch {
    return false;
  }
}

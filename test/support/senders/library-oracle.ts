// Compares a sender with its vendor's library: each signs what the other accepts, and refuses what the other refuses.
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { delivered } from "./deliver.js";
import { anySender } from "./send.js";
import type { Signed } from "./signed.js";

/** Everything that a parser on the way could change: escapes, slashes, spaces, and letters beyond ASCII. */
export const NOTE = "é / <b> \u2028 😀 & + %20";

export interface LibraryCase {
  /** Where one library has several kinds of deliveries. */
  readonly kind?: string;
  readonly sender: unknown;
  /** The private key, where signing takes another key than verifying. */
  readonly key?: string;
  /** The URL that is signed. */
  readonly url?: string;
  readonly type: string;
  readonly payload: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the vendor's library accepts it; it may throw instead. */
  accepts(signed: Signed): unknown;
  /** A delivery signed by the vendor's library, where it can sign. */
  makes?(): Signed | Promise<Signed>;
  /** Another body, which the signature does not hold over. Default: another smiley, or one more in a number. */
  change?(body: string): string;
  /** The delivery with another credential, where none binds the body. */
  forge?(signed: Signed): Signed;
}

/** The URL of deliveries, where a case names no other. */
export const LIBRARY_URL = "https://example.com/webhooks/library?a=1&b=c%20d";

/** Title of tests that compare with a library by other means than `libraryOracle`. */
export function byLibrary(library: string): string {
  return `the library ${library}`;
}

/** Registers the comparison with `library`, the package's name. */
export function libraryOracle(library: string, one: LibraryCase): void {
  const {
    kind,
    sender: given,
    key,
    url = LIBRARY_URL,
    type,
    payload,
    headers,
    accepts,
    makes,
    change = altered,
    forge,
  } = one;
  const sender = anySender(given);
  const target = url.slice(new URL(url).origin.length);
  const receive = ({ headers, body }: Pick<Signed, "headers" | "body">) => {
    const made = delivered(sender, sender.definition.auth.needsPublicUrl ? { publicUrl: url } : {});
    return { made, outcome: made.receive({ url: target, headers, body }) };
  };
  const isAccepted = async (signed: Signed) => {
    try {
      return Boolean(await accepts(signed));
    } catch {
      return false;
    }
  };

  describe(kind === undefined ? byLibrary(library) : `${byLibrary(library)}, ${kind}`, () => {
    it("accepts what the sender signs, and refuses what the sender refuses", async () => {
      const signing = createTestSender(sender, { url, ...(key === undefined ? {} : { key }) });
      const request = await signing.sign({ type, payload, ...(headers === undefined ? {} : { headers }) });
      const signed = { url: request.url, headers: request.headers, body: Buffer.from(request.body).toString("utf8") };
      // Not through isAccepted: what the library throws is the reason.
      expect(Boolean(await accepts(signed))).toBe(true);
      const { made, outcome } = receive(signed);
      expect(await outcome).toMatchObject({ name: "processed" });
      expect(made.seen).toMatchObject([{ type }]);

      const changed = forge === undefined ? { ...signed, body: change(signed.body) } : forge(signed);
      expect(changed).not.toEqual(signed);
      expect(await isAccepted(changed)).toBe(false);
      const refused = receive(changed);
      expect([400, 401]).toContain((await refused.outcome).reply.status);
      expect(refused.made.seen).toEqual([]);
    });

    if (makes === undefined) return;
    it("signs what the sender accepts", async () => {
      const { made, outcome } = receive(await makes());
      const { name, hint } = await outcome;
      expect(name, hint).toBe("processed");
      expect(made.seen).toMatchObject([{ type }]);
    });
  });
}

/** The body with another smiley, or another number where it has none. */
function altered(body: string): string {
  for (const [smiley, other] of [["😀", "😁"] as const, ["%F0%9F%98%80", "%F0%9F%98%81"] as const]) {
    if (body.includes(smiley)) return body.replace(smiley, other);
  }
  return body.replace(/\d+/, (digits) => String(Number(digits) + 1));
}

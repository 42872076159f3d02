// Delivers what a recipe, written from the vendor's documentation with node:crypto alone, signs.
import type { ReceiverOptions } from "hookgate";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "./deliver.js";
import { anySender } from "./send.js";

export interface DocumentationCase {
  /** Where the vendor has several kinds of deliveries. */
  readonly kind?: string;
  readonly sender: unknown;
  readonly options?: ReceiverOptions;
  readonly url?: string;
  /** An object is sent as JSON. */
  readonly body: object | string;
  /** Headers that the recipe makes for a body. */
  headers?(body: string): Readonly<Record<string, string>>;
  /** What differs in a forged delivery. Default: the headers of another body. */
  readonly forged?: {
    readonly url?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object | string;
  };
  readonly seen: { readonly type: string; readonly id?: string | undefined };
}

/** Title of tests that follow a page of the vendor's by other means than `documentationOracle`. */
export function documentedAt(source: string): string {
  return `as documented at ${source}`;
}

/** Registers the tests; `source` is the address of the page that has the recipe. */
export function documentationOracle(source: string, one: DocumentationCase): void {
  const { kind, sender, options = {}, url = "/", body, headers = () => ({}), forged, seen: expected } = one;
  const textOf = (given: object | string) => (typeof given === "string" ? given : JSON.stringify(given));
  const text = textOf(body);

  describe(kind === undefined ? documentedAt(source) : `${documentedAt(source)}, ${kind}`, () => {
    it("makes what the sender accepts", async () => {
      const { seen, receive } = delivered(anySender(sender), options);
      const outcome = await receive({ url, headers: { ...JSON_TYPE, ...headers(text) }, body: text });
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    });

    it("makes for another body, or with another secret, what the sender refuses", async () => {
      const { seen, receive } = delivered(anySender(sender), options);
      const changed: NonNullable<typeof forged> = forged ?? { headers: headers(`${text} `) };
      const outcome = await receive({
        url: changed.url ?? url,
        headers: { ...JSON_TYPE, ...headers(text), ...changed.headers },
        body: textOf(changed.body ?? body),
      });
      expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
      expect(seen).toEqual([]);
    });
  });
}

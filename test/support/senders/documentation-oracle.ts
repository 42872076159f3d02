// Delivers what a recipe, written here from the vendor's documentation with node:crypto alone, signs.
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
  headers(body: string): Readonly<Record<string, string>>;
  readonly seen: { readonly type: string; readonly id?: string | undefined };
}

/** Registers the tests; `source` is the address of the page that has the recipe. */
export function documentationOracle(source: string, one: DocumentationCase): void {
  const { kind, sender, options = {}, url = "/", body, headers, seen: expected } = one;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const title = `the recipe of ${source}`;

  describe(kind === undefined ? title : `${title}, ${kind}`, () => {
    it("makes what the sender accepts", async () => {
      const { seen, receive } = delivered(anySender(sender), options);
      const outcome = await receive({ url, headers: { ...JSON_TYPE, ...headers(text) }, body: text });
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    });

    it("makes for another body what the sender refuses", async () => {
      const { seen, receive } = delivered(anySender(sender), options);
      const outcome = await receive({ url, headers: { ...JSON_TYPE, ...headers(`${text} `) }, body: text });
      expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
      expect(seen).toEqual([]);
    });
  });
}

// Which methods are handlers of webhooks: what `@WebhookHandler` has written down of them.
import { sharedWeakMap } from "../../lib/across-builds.js";

export interface HandlerMark {
  readonly pattern: string | readonly string[];
  readonly receiver: string | undefined;
}

/** By the method itself. */
const marks = /* @__PURE__ */ sharedWeakMap<object, HandlerMark[]>("nest-handlers");

export function mark(method: object, one: HandlerMark): void {
  const known = marks().get(method) ?? [];
  marks().set(method, [...known, one]);
}

export function marksOf(method: unknown): readonly HandlerMark[] {
  return typeof method === "function" ? (marks().get(method) ?? []) : [];
}

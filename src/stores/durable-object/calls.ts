// How a store asks its Durable Object: one request per operation, with JSON both ways.
import type { DedupeStore } from "../store.js";

/** An operation by its name and its arguments. Strings alone, so that nothing is lost in JSON. */
export interface Call {
  readonly op: "claim" | "renew" | "complete" | "release" | "advance";
  readonly args: readonly unknown[];
}

/** The answer of an operation, or why there is none. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly isFull: boolean };

export type FullStore = Required<Pick<DedupeStore, Call["op"]>>;

const OPS: ReadonlySet<string> = new Set<Call["op"]>(["claim", "renew", "complete", "release", "advance"]);

/** @throws {TypeError} When it is not a call. */
export function parseCall(value: unknown): Call {
  const { op, args } = Object(value) as Partial<Call>;
  if (typeof op !== "string" || !OPS.has(op) || !Array.isArray(args)) {
    throw new TypeError("DedupeObject: the request is not one of durableObjectStore");
  }
  return { op, args };
}

// Schemas: anything that implements Standard Schema version 1 (standardschema.dev).
import type { MaybePromise } from "../lib/maybe-promise.js";

/** The part of a Standard Schema that is used. `types` exists only for the type checker. */
export interface EventSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => MaybePromise<SchemaAnswer<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type SchemaAnswer<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** Schemas by event type. */
export type Schemas = { readonly [type: string]: EventSchema };

type OutputOf<Schema> = Schema extends { readonly "~standard": { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output }
    ? Output
    : unknown
  : unknown;
type Outputs<S extends Schemas> = { [Type in keyof S]: OutputOf<S[Type]> };

/** Schemas refine the sender's own types. For a sender without types they are the whole map. */
export type Merge<Types, S extends Schemas> = [keyof S] extends [never]
  ? Types
  : string extends keyof Types
    ? Outputs<S>
    : Omit<Types, keyof S> & Outputs<S>;

const MAX_DESCRIBED = 3;

/**
 * Describes the first issues by place, expected and received type: `data.amount: expected number, received string`.
 * A payload must not reach a log, so values are left out, and a message of the library that repeats one.
 */
export function describeIssues(issues: ReadonlyArray<SchemaIssue>, payload: unknown): string {
  const described = issues.slice(0, MAX_DESCRIBED).map((issue) => describeIssue(issue, payload));
  const more = issues.length > MAX_DESCRIBED ? `; and ${issues.length - MAX_DESCRIBED} more issues` : "";
  return `${described.join("; ")}${more}`;
}

function describeIssue(issue: SchemaIssue, payload: unknown): string {
  const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  const value = valueAt(payload, path);
  const place = path.length === 0 ? "the payload" : path.map(String).join(".");
  const received = `received ${kindOfValue(value)}`;
  // Zod, Valibot and ArkType name the expected type. It is part of the schema.
  const { expected } = issue as { expected?: unknown };
  if (typeof expected === "string" && expected !== "") return `${place}: expected ${expected}, ${received}`;
  const { message } = issue;
  const isSafe = typeof message === "string" && message !== "" && message.length <= 200 && !repeats(message, payload);
  return `${place}: ${isSafe ? `${message} (${received})` : received}`;
}

function valueAt(payload: unknown, path: readonly PropertyKey[]): unknown {
  let value = payload;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function kindOfValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const MAX_WALKED = 10_000;

/** Whether the message contains a string or number of the payload. */
function repeats(message: string, payload: unknown): boolean {
  const open: unknown[] = [payload];
  for (let count = 0; open.length > 0; count++) {
    if (count > MAX_WALKED) return true;
    const value = open.pop();
    if (typeof value === "object" && value !== null) for (const one of Object.values(value)) open.push(one);
    else if ((typeof value === "string" && value.length > 1) || typeof value === "number") {
      if (message.includes(String(value))) return true;
    }
  }
  return false;
}

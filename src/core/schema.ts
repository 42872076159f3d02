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

/** The paths of the first few issues, without values, since a payload must not reach a log. */
export function describeIssues(issues: ReadonlyArray<SchemaIssue>): string {
  const places = issues.slice(0, 3).map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return path === "" ? "the payload" : path;
  });
  return `${issues.length} issue${issues.length === 1 ? "" : "s"}, at ${places.join(", ")}`;
}

// The findings of `verify`: the cause of a rejection, and its fix.
import type { Proven } from "../../core/auth.js";

export interface Finding {
  /** A stable name for scripts. */
  readonly code: FindingCode;
  /** A note does not make the command fail. */
  readonly level: "problem" | "note";
  readonly message: string;
  readonly fix: string;
}

export type FindingCode =
  | "matched"
  | "secret_white_space"
  | "secret_form"
  | "secret_other"
  | "secret_wrong"
  | "secret_is_api_key"
  | "body_changed"
  | "body_reencoded"
  | "record_parsed"
  | "url_wrong"
  | "url_assumed"
  | "clock"
  | "sender_wrong"
  | "credentials_missing"
  | "not_signed"
  | "refused";

export function problem(code: FindingCode, message: string, fix: string): Finding {
  return { code, level: "problem", message, fix };
}

export function note(code: FindingCode, message: string, fix = ""): Finding {
  return { code, level: "note", message, fix };
}

/** The findings, and the successful signature check if a change led to one. */
export interface Cause {
  readonly findings: readonly Finding[];
  readonly proven: Proven | undefined;
}

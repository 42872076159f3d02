// The result of one probe of an endpoint.

export interface Probe {
  readonly check: ProbeName;
  readonly result: "ok" | "problem" | "note" | "skipped";
  readonly message: string;
  /** What to do; empty where there is nothing to do. */
  readonly fix: string;
  /** Numbers for scripts: `daysLeft`, `answeredMs`, … */
  readonly facts?: Readonly<Record<string, number | string>>;
}

/** The probes, in their order. */
export type ProbeName =
  | "https"
  | "dns"
  | "connect"
  | "certificate"
  | "plain-http"
  | "signed"
  | "time"
  | "duplicate"
  | "unsigned"
  | "tampered"
  | "wrong-secret"
  | "stale"
  | "size";

export function ok(check: ProbeName, message: string, facts?: Probe["facts"]): Probe {
  return { check, result: "ok", message, fix: "", ...(facts === undefined ? {} : { facts }) };
}

export function bad(check: ProbeName, message: string, fix: string, facts?: Probe["facts"]): Probe {
  return { check, result: "problem", message, fix, ...(facts === undefined ? {} : { facts }) };
}

export function noted(check: ProbeName, message: string, fix = "", facts?: Probe["facts"]): Probe {
  return { check, result: "note", message, fix, ...(facts === undefined ? {} : { facts }) };
}

export function skipped(check: ProbeName, message: string): Probe {
  return { check, result: "skipped", message, fix: "" };
}

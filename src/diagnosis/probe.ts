// What one look at an endpoint found.

export interface Probe {
  readonly check: ProbeName;
  readonly result: "ok" | "problem" | "note" | "skipped";
  readonly message: string;
  /** Empty where nothing is to be done. */
  readonly fix: string;
  /** Numbers for scripts: `daysLeft`, `answeredMs`, … */
  readonly facts?: Readonly<Record<string, number | string>>;
}

/** In the order they are made. */
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

// Options of an endpoint, checked before the sender's API is called.
import { kindOf } from "../lib/options.js";
import { EndpointError } from "./providers/error.js";
import type {
  EndpointApi,
  EndpointProof,
  ManualEndpoint,
  ProofResult,
  RegisteredEndpoint,
} from "./providers/provider.js";

export function isManual(api: EndpointApi | ManualEndpoint): api is ManualEndpoint {
  return (api as Partial<ManualEndpoint>).isManual === true;
}

/** @throws {TypeError} For a value that is not an adapter. */
export function checkApi(where: string, api: unknown): void {
  const one = api as Partial<EndpointApi & ManualEndpoint> | undefined;
  if (typeof one?.list === "function" || (one?.isManual === true && typeof one.steps === "function")) return;
  throw new TypeError(
    `${where}: api must be an adapter, such as githubWebhooks({ token, owner, repo }); got ${kindOf(api)}`,
  );
}

/** @throws {TypeError} For a URL that is not absolute http(s). */
export function checkUrl(where: string, option: string, url: unknown): string {
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:/.test(url)) {
    throw new TypeError(
      `${where}: ${option} must be an absolute http(s) URL; got ${typeof url === "string" ? JSON.stringify(url) : kindOf(url)}`,
    );
  }
  return url;
}

/** @throws {TypeError} For a secret that is missing, blank, or has white space around it. */
export function checkSecret(where: string, option: string, secret: unknown): string {
  if (typeof secret !== "string" || secret.trim() === "")
    throw new TypeError(`${where}: ${option} is missing (${kindOf(secret)})`);
  if (secret.trim() !== secret) throw new TypeError(`${where}: ${option} has white space around it`);
  return secret;
}

/** @throws {TypeError} For a missing or empty list of events. */
export function checkEvents(where: string, events: unknown): readonly string[] {
  const isList =
    Array.isArray(events) && events.length > 0 && events.every((one) => typeof one === "string" && one !== "");
  if (!isList)
    throw new TypeError(
      `${where}: events must be a list of the sender's event names, or ["*"] if the sender supports it`,
    );
  return [...new Set(events as string[])];
}

/** Compares URLs as senders do: ignores the case of the host and an empty path. */
export function sameUrl(one: string, other: string): boolean {
  return one === other || (URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href);
}

export function sameEvents(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

/** @throws {EndpointError} When the verification fails. The message has the reason. */
export function mustBeProven(title: string, url: string, result: ProofResult): void {
  if (result.isProven) return;
  throw new EndpointError(
    "not_proven",
    `${title}: ${url} is not verified, and the earlier registration stays: ${result.detail}`,
  );
}

/** Chooses the sender's ping or the given function. `undefined` when there is neither. */
export function howProven(
  api: EndpointApi,
  prove: EndpointProof | false | undefined,
): "ping" | "round trip" | undefined {
  if (prove === false) return undefined;
  if (prove !== undefined) return "round trip";
  return api.test === undefined ? undefined : "ping";
}

export async function proveEndpoint(
  api: EndpointApi,
  prove: EndpointProof | false | undefined,
  endpoint: Pick<RegisteredEndpoint, "id" | "url">,
  secret: string | undefined,
): Promise<void> {
  if (prove === false) return;
  if (prove !== undefined) mustBeProven(api.title, endpoint.url, await prove({ url: endpoint.url, secret }));
  if (api.test !== undefined) mustBeProven(api.title, endpoint.url, await api.test(endpoint.id));
}

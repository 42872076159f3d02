// A request of the conformance suite as a Request, and a Response as what was heard.
import type { Heard, Wire } from "./conformance.js";

export function requestOf({ method, target, headers, body }: Wire): Request {
  const lines = new Headers();
  for (const [name, value] of headers) lines.append(name, value);
  const hasBody = method !== "GET";
  return new Request(`https://example.com${target}`, {
    method,
    headers: lines,
    ...(hasBody ? { body } : {}),
  } as RequestInit);
}

export async function heardOf(response: Response): Promise<Heard> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

// Calls the inspector's own server, with the token where something is changed.
import type { RefusalView } from "../wire.js";

/** As the gate reads it. */
const TOKEN_HEADER = "x-hookgate-inspector";

let token = "";

export function setToken(given: string): void {
  token = given;
}

/** @throws {Error} With what the middleware says, or that it cannot be reached. */
export async function read<View>(path: string): Promise<View> {
  return answered(await reached(fetch(`api/${path}`, { headers: { accept: "application/json" } })));
}

/** @throws {Error} As `read`. */
export async function order<View>(path: string, body: object): Promise<View> {
  const headers = { "content-type": "application/json", [TOKEN_HEADER]: token };
  return answered(await reached(fetch(`api/${path}`, { method: "POST", headers, body: JSON.stringify(body) })));
}

async function reached(response: Promise<Response>): Promise<Response> {
  try {
    return await response;
  } catch {
    throw new Error("the program cannot be reached");
  }
}

async function answered<View>(response: Response): Promise<View> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as View;
  // The program was started anew, with another token: what it answers now is the page to sign in.
  if (response.status === 401) location.reload();
  throw new Error(reasonIn(text) ?? `the program answered ${response.status}`);
}

function reasonIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as RefusalView).error;
  } catch {
    return text.trim() || undefined;
  }
}

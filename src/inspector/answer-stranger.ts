// Answers whoever has not signed in: the page to sign in, what it is made of, and a session for the right token.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Assets } from "./assets.js";
import type { Gate } from "./gate.js";
import { readOrder, send, sendError, sendJson } from "./respond.js";

/** Where the token is exchanged for a cookie. Beside the page, so that the cookie counts for all that is below it. */
export const SESSION = "/session";
/** What the page to sign in is made of. None of it tells of a delivery. */
const OPEN: ReadonlySet<string> = new Set(["/sign-in.js", "/app.css", "/icon.svg"]);

/** @param path - Of an asset or a route. */
export function answerStranger(req: IncomingMessage, res: ServerResponse, path: string, assets: Assets): void {
  const asset =
    req.method === "GET" || req.method === "HEAD" ? assets.get(path === "/" ? "/sign-in" : path) : undefined;
  if (asset !== undefined && OPEN.has(path)) {
    send(req, res, 200, asset.type, asset.bytes);
    return;
  }
  res.setHeader("www-authenticate", "hookgate-inspector"); // RFC 9110 section 11.6.1 wants one; browsers know none such
  if (asset !== undefined && path === "/") send(req, res, 401, asset.type, asset.bytes);
  else sendError(req, res, 401, "open the URL that the program printed when it was started");
}

/** @throws {BadOrder} */
export async function answerSession(req: IncomingMessage, res: ServerResponse, gate: Gate): Promise<void> {
  if (req.method !== "POST") {
    res.setHeader("allow", "POST");
    sendError(req, res, 405, "method not allowed");
    return;
  }
  const cookie = gate.signIn(req, (await readOrder(req)).token);
  if (typeof cookie !== "string") {
    sendError(req, res, cookie.status, cookie.reason);
    return;
  }
  res.setHeader("set-cookie", cookie);
  sendJson(req, res, 200, {});
}

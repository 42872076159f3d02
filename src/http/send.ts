// How does a reply get onto a Node response, whatever has happened to that response meanwhile?
import type { Reply } from "../outcome.js";
import { answerEarly, type NodeResponse } from "./early-answer.js";
import type { NodeRequest } from "./read-body.js";

/**
 * Writes the reply, once and whole. A response that someone has already answered, or whose client is gone, is left alone:
 * after a handler has succeeded nothing here may turn into a failure.
 *
 * @param isBodyWanted - `false` when the request's body was not read: the connection does not outlive the answer.
 * @returns Whether the reply was written.
 */
export function sendReply(req: NodeRequest, res: NodeResponse, reply: Reply, isBodyWanted: boolean): boolean {
  if (res.headersSent || res.writableEnded || res.destroyed) return false;
  const length = typeof reply.body === "string" ? Buffer.byteLength(reply.body) : reply.body.length;
  const isEarly = !isBodyWanted && hasBody(req);
  const headers: Record<string, string | number> = { ...reply.headers };
  if (reply.status !== 204 && reply.status !== 304) headers["content-length"] = length;
  if (isEarly && req.httpVersionMajor === 1) headers.connection = "close";
  // The two kinds of response have the same method under two types.
  (res as { writeHead(status: number, headers: Record<string, string | number>): unknown }).writeHead(
    reply.status,
    headers,
  );
  const body = req.method === "HEAD" || reply.status === 204 ? "" : reply.body;
  if (isEarly) answerEarly(req, res, body);
  else res.end(body);
  return true;
}

/** Whether the request has a body that nobody has read to its end. */
function hasBody(req: NodeRequest): boolean {
  if (req.complete && req.readableEnded) return false;
  return (
    req.headers["transfer-encoding"] !== undefined ||
    (req.headers["content-length"] ?? "0") !== "0" ||
    req.httpVersionMajor === 2
  );
}

// Writes a reply onto a Node response, in whatever state that response is.
import type { Reply } from "../../core/reply.js";
import { answerEarly, type NodeResponse } from "./early-reply.js";
import type { NodeRequest } from "./read-node-body.js";

type WireHeaders = Record<string, string | number>;
/** The two kinds of response have the same method under two types. */
type HeadWriter = { writeHead(status: number, headers: WireHeaders): unknown };

export interface Sending {
  /** `false` when the request's body was not read: the connection does not outlive the answer. */
  readonly isBodyWanted: boolean;
  /** The receiver is closing: the sender's next delivery needs another connection, and with it another process. */
  readonly isLast: boolean;
}

/**
 * Writes the reply, once and whole. A response that someone has already answered, or whose client is gone, is left alone:
 * after a handler has succeeded nothing here may turn into a failure.
 *
 * @returns Whether the reply was written.
 */
export function sendReply(req: NodeRequest, res: NodeResponse, reply: Reply, sending: Sending): boolean {
  if (res.headersSent || res.destroyed) return false;
  const { isBodyWanted, isLast } = sending;
  const { status, body } = reply;
  // Express gives requests and responses another prototype, which makes every look at them slow: none that can be spared.
  const isEarly = !isBodyWanted && hasBody(req);
  if (!isEarly && !isLast && body.length === 0 && isEmpty(reply.headers)) {
    res.statusCode = status;
    res.end(); // which writes Content-Length: 0 by itself, without looking at a header of ours
    return true;
  }
  const headers: WireHeaders = { ...reply.headers };
  if (status !== 204 && status !== 304) headers["content-length"] = byteLength(body);
  if ((isEarly || isLast) && req.httpVersionMajor === 1) headers.connection = "close";
  (res as HeadWriter).writeHead(status, headers);
  const isBare = body.length === 0 || status === 204 || req.method === "HEAD";
  if (isEarly) answerEarly(req, res, isBare ? "" : body);
  else if (isBare) res.end();
  else res.end(body);
  return true;
}

function isEmpty(headers: Readonly<Record<string, string>>): boolean {
  for (const _ in headers) return false;
  return true;
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === "string" ? Buffer.byteLength(body) : body.length;
}

/** Whether the request has a body that has not been read to its end. */
function hasBody(req: NodeRequest): boolean {
  if (req.complete && req.readableEnded) return false;
  return (
    req.headers["transfer-encoding"] !== undefined ||
    (req.headers["content-length"] ?? "0") !== "0" ||
    req.httpVersionMajor === 2
  );
}

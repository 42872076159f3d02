// Replies while the body is still being sent, without reading all of it or losing the reply.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";
import type { NodeRequest } from "./read-node-body.js";

export type NodeResponse = ServerResponse | Http2ServerResponse;

/** What is swallowed of an unwanted body: a client that is still writing gets to read its answer (RFC 9112 section 9.6). */
const DRAIN_BYTES = 65_536;
const DRAIN_MS = 1_000;
/** RFC 9113 section 7: nothing failed. `node:http2` is not loaded for one number. */
const NO_ERROR = 0;

/**
 * Sends the body of an answer and closes the connection (HTTP/1) or the stream (HTTP/2). Node left to itself would read
 * an unwanted upload to its end, or, with `Connection: close`, reset the connection before the client has read the reply.
 *
 * To be called after `writeHead` with Content-Length, so that the answer is whole before the response is ended.
 */
export function answerEarly(req: NodeRequest, res: NodeResponse, body: string | Uint8Array): void {
  if ("stream" in res) {
    res.end(body);
    res.stream?.close(NO_ERROR); // waits until the answer is out
    return;
  }
  if (req.complete || req.destroyed) res.end(body);
  else drainThenEnd(req as IncomingMessage, res, body);
}

function drainThenEnd(req: IncomingMessage, res: ServerResponse, body: string | Uint8Array): void {
  const { socket } = req;
  let byteCount = 0;
  const deadline = setDeadline(DRAIN_MS, stop);
  req.on("data", onData);
  req.on("end", stop);
  req.on("error", stop);
  req.on("close", stop);
  if (body.length === 0) res.flushHeaders();
  else res.write(body);
  req.resume();

  function onData(chunk: Buffer): void {
    byteCount += chunk.length;
    if (byteCount > DRAIN_BYTES) stop();
  }
  function stop(): void {
    cancelDeadline(deadline);
    req.off("data", onData);
    req.off("end", stop);
    req.off("error", stop);
    req.off("close", stop);
    if (!req.complete) req.pause();
    res.end(() => socket.destroySoon());
  }
}

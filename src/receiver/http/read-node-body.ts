// Reads a node:http body within size and time limits.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { Rejection } from "../../core/outcome.js";
import { NO_BYTES } from "../../lib/bytes.js";
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";
import { HeaderLines } from "../../lib/headers.js";
import { BodyChunks, noRoomFor, type ReadLimits } from "../body-chunks.js";
import { declaredLength } from "../checks/content-headers.js";

/** HTTP/1, or HTTP/2 by Node's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

const TAKEN: Rejection = {
  name: "misconfigured",
  hint: "something before the receiver reads the body too, or has called setEncoding on the request: mount the receiver first",
};

type Body = Buffer | Rejection | "aborted";

/**
 * Reads a body that has not been read yet; its bytes then count in `limits.held` until they are released there. Never
 * rejects; `"aborted"` says that the client has disconnected. Only what ended as HTTP says is a body: Node hands over the
 * bytes of cut-off requests too.
 *
 * A tick after the request Node has buffered what arrived with its head, which for most deliveries is the whole body: it
 * is taken at once, without listeners and a timer. A tick and not a microtask, because whoever got the request after us in
 * this tick may read it too. A stream that is flowing or paused already is listened to at once.
 *
 * A promise and not a callback: code after an `await` keeps its async context, listeners of the request do not.
 */
export function readBody(
  req: NodeRequest,
  limits: ReadLimits,
  headers: HeaderLines = new HeaderLines(req.rawHeaders),
): Promise<Body> {
  const declared = declaredLength(headers);
  if (req.readableFlowing !== null) return listen(req, limits, declared);
  return new Promise((resolve) => {
    process.nextTick(() => resolve(takeBuffered(req, limits, declared) ?? listen(req, limits, declared)));
  });
}

/** The body, where all of it is in the stream's buffer and nothing speaks against it. */
function takeBuffered(
  req: NodeRequest,
  { maxBodyBytes, held }: ReadLimits,
  declared: number | undefined,
): Buffer | undefined {
  if (!req.complete || req.readableFlowing !== null || req.readableEncoding || isCutOff(req)) return undefined;
  const { readableLength: byteCount } = req;
  if (byteCount > maxBodyBytes || (declared !== undefined && declared !== byteCount)) return undefined;
  if (!held.hold(byteCount)) return undefined;
  return (req.read() as Buffer | null) ?? NO_BYTES;
}

function listen(req: NodeRequest, limits: ReadLimits, declared: number | undefined): Promise<Body> {
  return new Promise((resolve) => {
    if (isCutOff(req)) return resolve("aborted");
    if (req.readableEnded || req.readableEncoding) return resolve(TAKEN);
    const noRoom = noRoomFor(declared, limits.held);
    if (noRoom !== undefined) return resolve(noRoom);
    const chunks = new BodyChunks(limits);
    let isWhole = false;
    const deadline = setDeadline(limits.timeoutMs, onTimeout);
    req.on("data", onData);
    req.on("end", onEnd);
    req.on("error", onCutOff);
    req.on("close", onCutOff);
    if (req.readableFlowing === false) req.resume(); // a paused stream is not set going by a listener

    function onData(chunk: Buffer | string): void {
      const rejection = typeof chunk === "string" ? TAKEN : chunks.add(chunk);
      if (rejection !== undefined) settle(rejection);
    }
    /** The listeners stay: all that is left to come is "close", and taking them off would cost as much as the reading. */
    function onEnd(): void {
      cancelDeadline(deadline);
      isWhole = true;
      const rejection = whyNotWhole(req, declared, chunks.byteCount);
      if (rejection !== undefined) chunks.drop();
      resolve(rejection ?? chunks.whole());
    }
    function onCutOff(): void {
      if (!isWhole) settle("aborted");
    }
    function onTimeout(): void {
      settle({
        name: "body_timeout",
        hint: `${chunks.byteCount} bytes of the body came within ${limits.timeoutMs / 1000} s, and not its end`,
      });
    }
    function settle(result: Rejection | "aborted"): void {
      cancelDeadline(deadline);
      chunks.drop();
      req.off("data", onData);
      req.off("end", onEnd);
      req.off("error", onCutOff);
      req.off("close", onCutOff);
      if (!req.readableEnded) req.pause();
      resolve(result);
    }
  });
}

function whyNotWhole(
  req: NodeRequest,
  declared: number | undefined,
  byteCount: number,
): Rejection | "aborted" | undefined {
  if (!req.complete || isCutOff(req)) return "aborted";
  if (declared === undefined || declared === byteCount) return undefined;
  return { name: "bad_body", hint: `${byteCount} bytes came and Content-Length says ${declared}` };
}

/** The connection or stream ended before the request did. HTTP/2 calls an aborted request complete as well. */
function isCutOff(req: NodeRequest): boolean {
  if (!req.destroyed) return Boolean(req.aborted);
  return Boolean(req.aborted || req.errored) || !req.readableEnded;
}

// Reads a node:http body within size and time limits.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { Ending } from "../../core/outcome.js";
import { NO_BYTES } from "../../lib/bytes.js";
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";
import { HeaderLines } from "../../lib/headers.js";
import { declaredLength } from "../checks/content-headers.js";

/** HTTP/1, or HTTP/2 by Node's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

export interface ReadLimits {
  /** Bytes read at most; a body of just that size is taken. */
  readonly maxBodyBytes: number;
  /** Milliseconds from the start of reading to the last byte. */
  readonly timeoutMs: number;
}

const TAKEN: Ending = {
  name: "misconfigured",
  hint: "something before the receiver reads the body too, or has called setEncoding on the request: mount the receiver first",
};

/**
 * Reads a body that nobody has begun to read. Never rejects; `"aborted"` says that nobody is left to be answered.
 * Only what ended as HTTP says is a body: Node hands over the bytes of cut-off requests too.
 *
 * A promise and not a callback: code after an `await` keeps its async context, listeners of the request do not.
 */
export function readBody(
  req: NodeRequest,
  limits: ReadLimits,
  headers: HeaderLines = new HeaderLines(req.rawHeaders),
): Promise<Buffer | Ending | "aborted"> {
  return new Promise((resolve) => {
    if (isCutOff(req)) return resolve("aborted");
    if (req.readableEnded || req.readableEncoding) return resolve(TAKEN);
    const chunks: Buffer[] = [];
    let byteCount = 0;
    let isWhole = false;
    const deadline = setDeadline(limits.timeoutMs, onTimeout);
    req.on("data", onData);
    req.on("end", onEnd);
    req.on("error", onCutOff);
    req.on("close", onCutOff);
    if (req.readableFlowing === false) req.resume(); // a paused stream is not set going by a listener

    function onData(chunk: Buffer | string): void {
      byteCount += chunk.length;
      if (typeof chunk === "string") settle(TAKEN);
      else if (byteCount <= limits.maxBodyBytes) chunks.push(chunk);
      else settle({ name: "body_too_large", hint: `the body is larger than maxBodyBytes, ${limits.maxBodyBytes}` });
    }
    /** The listeners stay: all that is left to come is "close", and taking them off would cost as much as the reading. */
    function onEnd(): void {
      cancelDeadline(deadline);
      isWhole = true;
      resolve(wholeBody(req, headers, chunks, byteCount));
    }
    function onCutOff(): void {
      if (!isWhole) settle("aborted");
    }
    function onTimeout(): void {
      settle({
        name: "body_timeout",
        hint: `${byteCount} bytes of the body came within ${limits.timeoutMs / 1000} s, and not its end`,
      });
    }
    function settle(result: Buffer | Ending | "aborted"): void {
      cancelDeadline(deadline);
      req.off("data", onData);
      req.off("end", onEnd);
      req.off("error", onCutOff);
      req.off("close", onCutOff);
      if (!req.readableEnded) req.pause();
      resolve(result);
    }
  });
}

function wholeBody(
  req: NodeRequest,
  headers: HeaderLines,
  chunks: readonly Buffer[],
  byteCount: number,
): Buffer | Ending | "aborted" {
  if (!req.complete || isCutOff(req)) return "aborted";
  const declared = declaredLength(headers);
  if (declared !== undefined && declared !== byteCount) {
    return { name: "bad_body", hint: `${byteCount} bytes came and Content-Length says ${declared}` };
  }
  const [first = NO_BYTES] = chunks;
  return chunks.length < 2 ? first : Buffer.concat(chunks, byteCount);
}

/** The connection or stream ended before the request did. HTTP/2 calls an aborted request complete as well. */
function isCutOff(req: NodeRequest): boolean {
  if (!req.destroyed) return Boolean(req.aborted);
  return Boolean(req.aborted || req.errored) || !req.readableEnded;
}

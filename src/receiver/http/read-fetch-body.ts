// Reads a Fetch API body within size and time limits.

import type { Ending } from "../../core/outcome.js";
import { NO_BYTES } from "../../lib/bytes.js";
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";
import { HeaderLines } from "../../lib/headers.js";
import { declaredLength } from "../checks/content-headers.js";
import type { ReadLimits } from "./read-node-body.js";

const TAKEN: Ending = {
  name: "misconfigured",
  hint: "the request's body was read, or is being read, before it came to the receiver: hand over the request untouched, or request.clone()",
};
const CUT_OFF: Ending = { name: "bad_body", hint: "the body was cut off" };

/** Reads a body to its end. Never rejects. Beyond the limits the stream is cancelled, so that the platform stops receiving. */
export async function readRequestBody(request: Request, limits: ReadLimits): Promise<Buffer | Ending> {
  const { body } = request;
  if (request.bodyUsed || body?.locked) return TAKEN;
  const bytes = body === null ? NO_BYTES : await readStream(body, limits);
  if (!Buffer.isBuffer(bytes)) return bytes;
  const declared = declaredLength(new HeaderLines(["content-length", request.headers.get("content-length") ?? ""]));
  if (declared === undefined || declared === bytes.length) return bytes;
  return { name: "bad_body", hint: `${bytes.length} bytes came and Content-Length says ${declared}` };
}

async function readStream(body: ReadableStream<Uint8Array>, limits: ReadLimits): Promise<Buffer | Ending> {
  const { maxBodyBytes, timeoutMs } = limits;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  let isLate = false;
  const deadline = setDeadline(timeoutMs, () => {
    isLate = true;
    cancel(reader); // ends the read that is waiting
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) return { name: "body_timeout", hint: `the body did not end within ${timeoutMs / 1000} s` };
      if (done) return Buffer.concat(chunks, byteCount);
      if (!(value instanceof Uint8Array)) return CUT_OFF;
      byteCount += value.length;
      if (byteCount > maxBodyBytes) {
        cancel(reader);
        return { name: "body_too_large", hint: `the body is larger than maxBodyBytes, ${maxBodyBytes}` };
      }
      chunks.push(value);
    }
  } catch {
    return CUT_OFF;
  } finally {
    cancelDeadline(deadline);
  }
}

/** Not awaited: a source may take its time to stop, and whether it fails at that is of no interest. */
function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}

// Reads a Fetch API body within size and time limits.

import type { Rejection } from "../../core/outcome.js";
import { cancelDeadline, setDeadline } from "../../lib/deadline.js";
import { HeaderLines } from "../../lib/headers.js";
import { BodyChunks, noRoomFor, type ReadLimits } from "../body-chunks.js";
import { declaredLength } from "../checks/content-headers.js";

const TAKEN: Rejection = {
  name: "misconfigured",
  hint: "the request's body was read, or is being read, before it came to the receiver: hand over the request untouched, or request.clone()",
};
const CUT_OFF: Rejection = { name: "bad_body", hint: "the body was cut off" };

/**
 * Reads a body to its end; its bytes then count in `limits.held` until they are released there. Never rejects. Beyond the
 * limits the stream is cancelled, so that the platform stops receiving.
 */
export async function readRequestBody(request: Request, limits: ReadLimits): Promise<Buffer | Rejection> {
  const { body } = request;
  if (request.bodyUsed || body?.locked) return TAKEN;
  const declared = declaredLength(new HeaderLines(["content-length", request.headers.get("content-length") ?? ""]));
  const noRoom = noRoomFor(declared, limits.held);
  if (noRoom !== undefined) return noRoom;
  const chunks = new BodyChunks(limits);
  const rejection = body === null ? undefined : await readStream(body, chunks, limits.timeoutMs);
  const { byteCount } = chunks;
  if (rejection === undefined && (declared === undefined || declared === byteCount)) return chunks.whole();
  chunks.drop();
  return rejection ?? { name: "bad_body", hint: `${byteCount} bytes came and Content-Length says ${declared}` };
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  chunks: BodyChunks,
  timeoutMs: number,
): Promise<Rejection | undefined> {
  const reader = body.getReader();
  let isLate = false;
  const deadline = setDeadline(timeoutMs, () => {
    isLate = true;
    cancel(reader); // ends the read that is waiting
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isLate) return { name: "body_timeout", hint: `the body did not end within ${timeoutMs / 1000} s` };
      if (done) return undefined;
      const rejection = value instanceof Uint8Array ? chunks.add(value) : CUT_OFF;
      if (rejection === undefined) continue;
      cancel(reader);
      return rejection;
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

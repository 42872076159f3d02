// Finds the bytes of a body that something upstream has read.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Rejection } from "../../core/outcome.js";
import { sharedWeakMap } from "../../lib/across-builds.js";
import { asBuffer } from "../../lib/bytes.js";
import { HeaderLines } from "../../lib/headers.js";
import { declaredLength } from "../checks/content-headers.js";
import type { NodeRequest } from "./read-node-body.js";

/** By request and by nothing else: bytes live as long as their request, and cannot be taken for another's. */
const captured = /* @__PURE__ */ sharedWeakMap<object, Buffer>("raw-bodies");

const FIX = "mount the receiver before body parsers, or give them hookgate's captureRawBody as their `verify` option";

/**
 * Keeps the raw bytes that a body parser has read, so that a receiver mounted after it can still verify the signature.
 * Hand it to `express.json`, `express.urlencoded`, `express.raw` or `express.text` as their `verify` option.
 *
 * Mounting the receiver before body parsers is better: it reads the body itself, within its own limits. This is for
 * applications whose parser comes first and cannot be moved. The parser's `limit` then holds (100 KB unless set),
 * and what it refuses never gets to the receiver.
 *
 * Promise: the bytes are kept beside the request, as they were after inflating, and go when the request goes.
 * Not promised: anything of bodies the parser leaves alone; the receiver reads those itself.
 *
 * @param req - The request, as the parser gives it.
 * @param _res - Not used; it is part of the parser's signature.
 * @param buf - The body's bytes, after inflating where it was compressed.
 * @example
 * import express from "express";
 * import { captureRawBody } from "hookgate";
 *
 * const app = express();
 * app.use(express.json({ verify: captureRawBody }));
 */
export function captureRawBody(req: IncomingMessage, _res: ServerResponse, buf: Buffer): void {
  captured().set(req, buf);
}

/**
 * The bytes of a body that was read before us; `"absent"` where nothing has been read and the stream is ours to read.
 * The stream decides, never `req.body`: Express 4 sets that to `{}` on bodies it has not touched.
 *
 * Taken, in this order: what `captureRawBody` kept, `req.rawBody` (a text counts as its UTF-8 bytes, which are the
 * sender's only if the body was UTF-8), bytes in `req.body`. What was parsed is never written out again as if it were
 * the body: spacing, order and numbers would differ from what was signed.
 */
export function upstreamBody(req: NodeRequest): Buffer | "absent" | Rejection {
  if (!req.readableDidRead && !req.readableEnded) return "absent";
  const bytes = keptBytes(req);
  if (bytes === undefined)
    return misconfigured("the body was read before it came to the receiver, and no bytes of it were kept");
  const headers = new HeaderLines(req.rawHeaders);
  const isInflated = (headers.get("content-encoding") ?? "identity").toLowerCase() !== "identity";
  const declared = isInflated ? undefined : declaredLength(headers);
  if (declared === undefined || declared === bytes.length) return bytes;
  return misconfigured(
    `the body kept upstream has ${bytes.length} bytes, but Content-Length is ${declared}: they are not the sender's bytes`,
  );
}

function keptBytes(req: NodeRequest): Buffer | undefined {
  const { rawBody, body } = req as { rawBody?: unknown; body?: unknown };
  const kept = captured().get(req);
  if (kept !== undefined) return kept;
  if (rawBody instanceof Uint8Array || typeof rawBody === "string") return asBuffer(rawBody);
  return body instanceof Uint8Array ? asBuffer(body) : undefined;
}

function misconfigured(cause: string): Rejection {
  return { name: "misconfigured", hint: `${cause}; ${FIX}` };
}

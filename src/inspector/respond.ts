// Writes the inspector's HTTP responses and reads its requests.
import type { IncomingMessage, ServerResponse } from "node:http";
import { PAGE_POLICY } from "./assets.js";
import { BadOrder } from "./sending.js";

const MAX_ORDER_BYTES = 1_048_576;

/** What every answer says, whatever it is. */
export function setSafeHeaders(res: ServerResponse): void {
  res.setHeader("content-security-policy", PAGE_POLICY);
  res.setHeader("x-content-type-options", "nosniff");
  res.setHeader("x-frame-options", "DENY");
  res.setHeader("referrer-policy", "no-referrer");
  res.setHeader("cross-origin-resource-policy", "same-origin");
  res.setHeader("cross-origin-opener-policy", "same-origin");
  res.setHeader("cache-control", "no-store");
}

export function send(req: IncomingMessage, res: ServerResponse, status: number, type: string, body: Buffer): void {
  res.writeHead(status, { "content-type": type, "content-length": body.length });
  res.end(req.method === "HEAD" ? undefined : body);
}

export function sendJson(req: IncomingMessage, res: ServerResponse, status: number, value: unknown): void {
  send(req, res, status, "application/json; charset=utf-8", Buffer.from(JSON.stringify(value)));
}

export function sendError(req: IncomingMessage, res: ServerResponse, status: number, error: string): void {
  sendJson(req, res, status, { error });
}

export function sendText(req: IncomingMessage, res: ServerResponse, status: number, text: string): void {
  send(req, res, status, "text/plain; charset=utf-8", Buffer.from(`${text}\n`));
}

/** A JSON object, read here or by a parser before. @throws {BadOrder} */
export async function readOrder(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json(?:\s*;|$)/i.test(req.headers["content-type"] ?? "")) {
    throw new BadOrder("the content type must be application/json");
  }
  const upstream = (req as { body?: unknown }).body;
  const value = upstream !== undefined && req.readableDidRead ? upstream : parsed(await readText(req));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadOrder("an object is expected");
  return value as Record<string, unknown>;
}

async function readText(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  // The answer still has to go out where too much came.
  for await (const part of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_ORDER_BYTES) throw new BadOrder(`more than ${MAX_ORDER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadOrder("the body is no JSON");
  }
}

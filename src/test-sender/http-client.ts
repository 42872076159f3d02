// Sends a delivery with exactly its bytes, at a given pace, and measures the time of the reply.
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { SignedDelivery } from "./compose.js";

export interface WireOptions {
  /** The time limit of the complete answer. */
  readonly timeoutMs: number;
  /** Sends the body in this many pieces, with a pause before each. Default: in one piece. */
  readonly pieces?: { readonly count: number; readonly pauseMs: number };
  /** Aborts the exchange. */
  readonly signal?: AbortSignal;
}

/** An answer and its time. */
export interface WireAnswer extends Exchanged {
  /** The time from the end of the request body to the last byte of the answer. */
  readonly answeredMs: number;
}

/** The error of a delivery without an answer. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …; `TIMEOUT` after the time limit. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The largest part of an answer that is read; the rest is not needed. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Sends one request on a connection of its own.
 *
 * @throws {NoAnswer} When there is no answer in time, or the connection fails.
 */
export function wire(to: Destination, request: Omit<SignedDelivery, "id">, options: WireOptions): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    let writtenAtMs = performance.now();
    let isAnswered = false;
    const req = openRequest(to, request, (res) => {
      isAnswered = true;
      void readAnswer(res).then(
        (text) => end(() => resolve({ ...headOf(res), body: text, answeredMs: performance.now() - writtenAtMs })),
        (error: unknown) => fail(error),
      );
    });
    const timer = setTimeout(() => {
      fail(new NoAnswer("TIMEOUT", `no answer within ${options.timeoutMs / 1000} s`));
    }, options.timeoutMs);
    const stop = (): void => fail(new NoAnswer("STOPPED", "stopped"));
    options.signal?.addEventListener("abort", stop, { once: true });

    function end(settle: () => void): void {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      req.destroy();
      settle();
    }
    function fail(error: unknown): void {
      end(() => reject(error instanceof NoAnswer ? error : noAnswer(error)));
    }
    // An early answer may close the connection while the body is still being sent. The answer counts.
    req.on("error", (error) => {
      if (!isAnswered) fail(error);
    });
    void writeBody(req, request.body, options.pieces).then(() => {
      writtenAtMs = performance.now();
    });
  });
}

async function writeBody(
  req: {
    readonly destroyed: boolean;
    flushHeaders(): void;
    write(bytes: Uint8Array): boolean;
    end(bytes?: Uint8Array): unknown;
  },
  body: Uint8Array,
  pieces: WireOptions["pieces"],
): Promise<void> {
  if (pieces === undefined || body.length < 2) {
    req.end(body);
    return;
  }
  req.flushHeaders();
  const size = Math.max(1, Math.ceil(body.length / pieces.count));
  for (let at = 0; at < body.length && !req.destroyed; at += size) {
    await new Promise((resolve) => setTimeout(resolve, pieces.pauseMs));
    if (!req.destroyed) req.write(body.subarray(at, at + size));
  }
  req.end();
}

async function readAnswer(res: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of res as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString("utf8");
}

function noAnswer(error: unknown): NoAnswer {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return new NoAnswer(typeof code === "string" ? code : "FAILED", typeof message === "string" ? message : "failed");
}

export interface Destination {
  readonly host: string;
  readonly port: number | undefined;
  readonly isTls: boolean;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** Whether the server belongs to the test. Then any certificate is accepted. */
  readonly isOwn: boolean;
}

/** Starts the request with its headers. The caller writes the body. */
export function openRequest(
  to: Destination,
  { method, headers, body }: Omit<SignedDelivery, "id">,
  onAnswer: (res: IncomingMessage) => void,
): ClientRequest {
  const hasLength = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    host: to.host,
    port: to.port,
    path: to.target,
    method,
    headers: hasLength ? headers : { ...headers, "content-length": String(body.length) },
    agent: false,
    ...(to.isOwn && to.isTls ? { rejectUnauthorized: false } : {}),
  };
  return (to.isTls ? requestHttps : requestHttp)(options, onAnswer);
}

/** Status and headers of an answer; lines with the same name are joined. */
export function headOf(res: IncomingMessage): { status: number; headers: Readonly<Record<string, string>> } {
  const lines = Object.entries(res.headers).map(([name, value]) => [name, [value].flat().join(", ")] as const);
  return { status: res.statusCode ?? 0, headers: Object.fromEntries(lines) };
}

/** An answer as it arrived. */
export interface Exchanged {
  readonly status: number;
  /** Lower-case names; lines with the same name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request on a connection of its own. By `node:http` and not `fetch`, which forbids some headers and changes URLs. */
export function exchange(to: Destination, request: Omit<SignedDelivery, "id">): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let hasAnswer = false;
    const req = openRequest(to, request, (res) => {
      hasAnswer = true;
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        resolve({ ...headOf(res), body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    // An early answer may close the connection while the body is still being sent. The answer counts.
    req.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    req.end(request.body);
  });
}

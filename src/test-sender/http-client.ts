// Sends a delivery byte by byte as it was made, at a pace, and times the reply.
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { SignedDelivery } from "./compose.js";

export interface WireOptions {
  /** How long the answer may take to be there whole. */
  readonly timeoutMs: number;
  /** The body in this many pieces, a pause before each. Default: at once. */
  readonly pieces?: { readonly count: number; readonly pauseMs: number };
  /** Ends the exchange. */
  readonly signal?: AbortSignal;
}

/** An answer, and when it came. */
export interface WireAnswer extends Exchanged {
  /** From the moment the body was written to the last byte of the answer. */
  readonly answeredMs: number;
}

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …; `TIMEOUT` where the time was up. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An answer is read to this length, for the rest decides nothing. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * One request on a connection of its own.
 *
 * @throws {NoAnswer} Where none came in time, or the connection could not be made or kept.
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
    // An early answer may close the connection while the body is still being written: the answer counts.
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
  /** Path and query, as they are written. */
  readonly target: string;
  /** A server of the test itself may have any certificate. */
  readonly isOwn: boolean;
}

/** The request with its head; the body is for the caller to write. */
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

/** Status and headers of an answer; lines of one name are joined. */
export function headOf(res: IncomingMessage): { status: number; headers: Readonly<Record<string, string>> } {
  const lines = Object.entries(res.headers).map(([name, value]) => [name, [value].flat().join(", ")] as const);
  return { status: res.statusCode ?? 0, headers: Object.fromEntries(lines) };
}

/** An answer as it came. */
export interface Exchanged {
  readonly status: number;
  /** Lower-case names; lines of one name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request on a connection of its own. `node:http` and not `fetch`, which forbids some headers and rewrites URLs. */
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
    // An early answer may close the connection while the body is still being written: the answer counts.
    req.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    req.end(request.body);
  });
}

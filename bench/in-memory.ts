// A whole HTTP exchange without the kernel: a Duplex takes a socket's place, and Node's own server and parser do the rest.
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import { Duplex } from "node:stream";
import type { Signed } from "./fixtures.js";

/** What a socket hands over at most in one piece. */
const CHUNK_BYTES = 65_536;
const HEADER_END = Buffer.from("\r\n\r\n");

/** The bytes of a delivery, in the pieces in which a socket would hand them over. */
export type Wire = readonly Buffer[];

export function toWire(path: string, { body, headers }: Pick<Signed, "body" | "headers">): Wire {
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: hooks.example.com",
    "User-Agent: Sender/1.0 (+https://example.com/webhooks)",
    "Accept: */*",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: keep-alive",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const whole = Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) pieces.push(whole.subarray(at, at + CHUNK_BYTES));
  return pieces;
}

/** One kept-alive connection to a server. */
export class Connection extends Duplex {
  /** The sender's address, as `net.Socket` has it. */
  readonly remoteAddress = "3.18.12.63";
  readonly #server: Server;
  #answered: ((error?: Error) => void) | undefined;
  #seen: Buffer | undefined;

  constructor(listener: RequestListener) {
    super();
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, listener);
    this.#server.emit("connection", this);
  }

  /** Delivers and waits for the whole answer, which must be a 2xx. */
  exchange(wire: Wire): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = (error) => (error === undefined ? resolve() : reject(error));
      for (const piece of wire) this.push(piece);
    });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take(Buffer.from(chunk));
    done();
  }

  override _writev(chunks: { chunk: Buffer | string }[], done: () => void): void {
    this.#take(Buffer.concat(chunks.map(({ chunk }) => Buffer.from(chunk as string))));
    done();
  }

  #take(chunk: Buffer): void {
    const seen = this.#seen === undefined ? chunk : Buffer.concat([this.#seen, chunk]);
    const end = seen.indexOf(HEADER_END);
    const head = end < 0 ? "" : seen.toString("latin1", 0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (end < 0 || seen.length < end + HEADER_END.length + length) {
      this.#seen = seen;
      return;
    }
    this.#seen = undefined;
    const answered = this.#answered;
    // The server ends its response after this write: the next delivery comes once it has.
    setImmediate(() =>
      answered?.(head.startsWith("HTTP/1.1 2") ? undefined : new Error(`refused: ${seen.toString()}`)),
    );
  }
}

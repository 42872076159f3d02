// Collects the chunks of bodies, and bounds what all bodies of a receiver hold together.
import type { Rejection } from "../core/outcome.js";
import { asBuffer, NO_BYTES } from "../lib/bytes.js";
import { tooLarge } from "./checks/content-headers.js";
import { overloaded } from "./checks/load.js";

/** The bytes of bodies that one receiver has in memory, from the first chunk until the delivery is answered. */
export class HeldBytes {
  readonly maxBytes: number;
  #count = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  fits(byteCount: number): boolean {
    return this.#count + byteCount <= this.maxBytes;
  }

  /** @returns Whether there was room; otherwise nothing is held. */
  hold(byteCount: number): boolean {
    if (!this.fits(byteCount)) return false;
    this.#count += byteCount;
    return true;
  }

  release(byteCount: number): void {
    this.#count -= byteCount;
  }
}

export interface ReadLimits {
  /** Bytes read at most; a body of just that size is taken. */
  readonly maxBodyBytes: number;
  /** Milliseconds from the start of reading to the last byte. */
  readonly timeoutMs: number;
  /** Of all requests of the receiver. Bytes count as they come: a length that is only declared would cost a stranger nothing. */
  readonly held: HeldBytes;
}

/** A chunk costs some 100 bytes beside its own: so many small ones in a row are joined, or a bound in bytes would bound little. */
const LOOSE_CHUNKS = 256;
const SMALL_BYTES = 512;

/** One body on its way. */
export class BodyChunks {
  readonly #limits: ReadLimits;
  #loose: Uint8Array[] = [];
  #joined: Uint8Array[] | undefined;
  #looseBytes = 0;
  #byteCount = 0;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  /** @returns Why the body is not read on, or `undefined`. */
  add(chunk: Uint8Array): Rejection | undefined {
    const { maxBodyBytes, held } = this.#limits;
    const { length } = chunk;
    if (this.#byteCount + length > maxBodyBytes) return tooLarge(maxBodyBytes);
    if (!held.hold(length)) return noRoom(held);
    this.#byteCount += length;
    this.#looseBytes += length;
    if (this.#loose.push(chunk) >= LOOSE_CHUNKS) this.#join();
    return undefined;
  }

  #join(): void {
    this.#joined ??= [];
    if (this.#looseBytes >= LOOSE_CHUNKS * SMALL_BYTES) this.#joined.push(...this.#loose);
    else this.#joined.push(Buffer.concat(this.#loose, this.#looseBytes));
    this.#loose = [];
    this.#looseBytes = 0;
  }

  /** The whole body. Its bytes stay held, for whoever gets it to release. */
  whole(): Buffer {
    const chunks = this.#joined === undefined ? this.#loose : [...this.#joined, ...this.#loose];
    const [first = NO_BYTES] = chunks;
    return chunks.length < 2 ? asBuffer(first) : Buffer.concat(chunks, this.#byteCount);
  }

  /** The body is of no use: nothing of it is held any longer. */
  drop(): void {
    this.#limits.held.release(this.#byteCount);
    this.#loose = [];
    this.#joined = undefined;
    this.#byteCount = 0;
  }
}

/** Of a body that is declared, before a byte of it is read. */
export function noRoomFor(byteCount: number | undefined, held: HeldBytes): Rejection | undefined {
  return byteCount === undefined || held.fits(byteCount) ? undefined : noRoom(held);
}

function noRoom({ maxBytes }: HeldBytes): Rejection {
  return overloaded(`bodies of other deliveries take up maxBufferedBytes, ${maxBytes}`);
}

// Converts the two numbers of an ECDSA signature between IEEE P1363, side by side, and a DER sequence.
import { insideOf } from "./der.js";

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Lengths from here on take a byte that counts their bytes, and P-521 needs one. */
const LONG = 0x80;

/** @param pair - Two numbers of the same length. */
export function derOfPair(pair: Buffer): Buffer {
  const half = pair.length / 2;
  const content = Buffer.concat([integer(pair.subarray(0, half)), integer(pair.subarray(half))]);
  const length = content.length < LONG ? [content.length] : [LONG + 1, content.length];
  return Buffer.concat([Buffer.from([SEQUENCE, ...length]), content]);
}

function integer(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(1) : number.subarray(start);
  // A highest bit would make it negative.
  const sign = (digits[0] as number) >= LONG ? [0] : [];
  return Buffer.concat([Buffer.from([INTEGER, sign.length + digits.length, ...sign]), digits]);
}

/** @param numberBytes - The length of each number. */
export function pairOfDer(der: Buffer, numberBytes: number): Buffer {
  const pair = Buffer.alloc(numberBytes * 2);
  for (const [at, { content }] of insideOf(der).entries()) {
    const digits = content.subarray(Math.max(0, content.length - numberBytes));
    pair.set(digits, (at + 1) * numberBytes - digits.length);
  }
  return pair;
}

// Reads DER (X.690) that OpenSSL has parsed already: elements, numbers and object identifiers.

export const SEQUENCE = 0x30;
export const OBJECT_IDENTIFIER = 0x06;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The sequence of elements. It ends at an element with an invalid length. */
export function elementsOf(der: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at + 2 <= der.length; ) {
    const tag = der[at] as number;
    let length = der[at + 1] as number;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count === 0 || count > 3) break;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (der[start + i] ?? 0);
      start += count;
    }
    if (start + length > der.length) break;
    elements.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

/** The elements inside of the first element. */
export function insideOf(der: Uint8Array | undefined): readonly DerElement[] {
  const [outer] = der === undefined ? [] : elementsOf(der);
  return outer === undefined ? [] : elementsOf(outer.content);
}

/** A positive INTEGER's content as a number of any size. */
export function integerOf(content: Uint8Array): bigint {
  return content.length === 0 ? 0n : BigInt(`0x${Buffer.from(content).toString("hex")}`);
}

/** An OBJECT IDENTIFIER in dotted form. X.690 section 8.19: the first number encodes two, and each byte has seven bits. */
export function dottedOid(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join(".");
}

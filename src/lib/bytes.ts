// Views bytes as a Buffer without copying them.

export const NO_BYTES: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/** The same memory as a Buffer. A string is encoded as UTF-8. */
export function asBuffer(bytes: Uint8Array | string): Buffer {
  if (typeof bytes === "string") return Buffer.from(bytes, "utf8");
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// The CRC-32 of some bytes (ISO 3309, as in zlib): a checksum that some senders sign in place of the body.

let table: Uint32Array | undefined;

/** As an unsigned number. It detects accidents, not attacks: four chosen bytes give any body any CRC. */
export function crc32(bytes: Uint8Array): number {
  table ??= createTable();
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The polynomial 0x04C11DB7, bits reversed. */
function createTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
}

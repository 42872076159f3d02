// A multipart body of given parts, and a file to attach to it.
const BOUNDARY = "5d2c8b6f";
export function multipartBody(parts: readonly (readonly [head: string, body: string | Uint8Array])[]): Buffer {
  const pieces = parts.flatMap(([head, body]) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`,
    body,
    "\r\n",
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece as string)));
}
export const MULTIPART_TYPE = { "content-type": `multipart/form-data; boundary="${BOUNDARY}"` };
export const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff]);
export const ATTACHMENT = ['name="attachment-1"; filename="n\\"é.png"\r\nContent-Type: image/png', PNG] as const;

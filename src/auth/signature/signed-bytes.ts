// The bytes that a signature covers, and how text becomes such bytes.

/** Signed bytes: text before and after the body, each character one byte (latin1). */
export interface SignedBytes {
  readonly ok: true;
  readonly before: string;
  readonly body: Uint8Array | undefined;
  readonly after: string;
}

/** Stands in a literal where a secret goes. It is no byte, so no value of a delivery is taken for it. */
export const SECRET_MARK = "\uffff";

/** The signed bytes in one piece, for algorithms that take no other. */
export function joinBytes({ before, body, after }: SignedBytes): Uint8Array {
  if (body !== undefined && before === "" && after === "") return body;
  return Buffer.concat([Buffer.from(before, "latin1"), body ?? Buffer.alloc(0), Buffer.from(after, "latin1")]);
}

/** The UTF-8 bytes of a text, each as one character. Header values already have this form. */
export function latin1Of(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

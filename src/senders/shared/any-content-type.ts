// Content types under which Kinde and Wix send a body that is a token.
import type { BodyFormat, BodyFormats } from "../../body-formats/format.js";

/** Whatever the Content-Type says: senders differ, and the proof knows what it reads. */
export function anyType(format: BodyFormat): BodyFormats {
  return { "application/jwt": format, "text/plain": format, "application/json": format };
}

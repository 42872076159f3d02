// Reads the signed time and the signed bytes of a delivery, before a key is used.
import type { ProofContext, Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { PrivateFields } from "../request/unverified-fields.js";
import type { SignatureReading } from "./parsed-signature.js";
import type { SignedBytes } from "./signed-bytes.js";
import type { CompiledSigned } from "./signed-content.js";
import type { CompiledTime } from "./timestamp.js";

/**
 * The bytes that the sender may have signed. Writes the signed time into `reading`, unless the time is read after
 * verification.
 */
export function readSigned(
  { time, signed }: { readonly time: CompiledTime | undefined; readonly signed: CompiledSigned },
  delivery: Delivery,
  context: Pick<ProofContext, "publicUrls">,
  reading: SignatureReading,
  fields: PrivateFields | undefined,
): readonly SignedBytes[] | Refusal {
  const untimely = time?.isReadLate === false ? time.read(delivery, reading, fields) : undefined;
  if (untimely !== undefined) return untimely;
  const found = signed.candidates(delivery, context, reading, fields);
  if (!("ok" in found)) return found;
  return found.ok ? [found] : found;
}

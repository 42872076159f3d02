// The scheme of senders that sign nothing: `confirm` asks the vendor's API before the event is claimed.
import { type Auth, COVERS_NOTHING, type Proven } from "../../core/auth.js";

const UNVERIFIED: Proven = /* @__PURE__ */ Object.freeze({
  ok: true,
  keyIndex: 0,
  covers: COVERS_NOTHING,
  isVerified: false,
});

/**
 * The proof of senders that sign nothing: everything passes, as unverified, and reaches a handler only if `confirm`
 * verifies it.
 *
 * @throws {TypeError} When `confirm` is no function.
 */
export function unsigned(factory: string, confirm: unknown): Auth {
  if (typeof confirm !== "function") {
    throw new TypeError(
      `${factory}: confirm(event) is required: nothing is signed, so only a look-up of the object itself can verify an event`,
    );
  }
  return {
    scheme: "unsigned",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: [],
    needsPublicUrl: false,
    verify: () => UNVERIFIED,
    sign: (request) => request,
  };
}

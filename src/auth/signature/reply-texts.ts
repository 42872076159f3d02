// Keeps the signed texts of replies and of deliveries apart if both are signed with one key.
import { type Refusal, refuse } from "../../core/auth.js";
import { shown } from "../../lib/options.js";
import { joinBytes, type SignedBytes } from "./signed-bytes.js";

/** Replies are short. */
const MAX_REPLY_BYTES = 65_536;
const IS_A_REPLY = /* @__PURE__ */ refuse(
  "unauthenticated",
  "what is signed is written like an answer of this receiver, so the signature may be one that it made itself",
);

/** The texts of replies. `true`: they are not distinguished from deliveries. */
export type SignsReplies = true | RegExp;

export interface ReplyTexts {
  /** @throws {TypeError} If the text is not one of a reply. */
  checkReply(text: string): void;
  /** A refusal if the signed text of a delivery could be that of a reply. */
  refuseReply(candidates: SignedBytes | readonly SignedBytes[]): Refusal | undefined;
}

const APART_BY_NOTHING: ReplyTexts = { checkReply() {}, refuseReply: () => undefined };

/** @throws {TypeError} When it is neither `true` nor a regular expression. */
export function compileReplyTexts(given: SignsReplies | undefined, where: string): ReplyTexts | undefined {
  if (given === undefined) return undefined;
  if (given === true) return APART_BY_NOTHING;
  if (!((given as unknown) instanceof RegExp)) {
    throw new TypeError(
      `${where}: signsReplies must be true, or a regular expression of all texts that are signed for answers; got ${shown(given)}`,
    );
  }
  const pattern = new RegExp(`^(?:${given.source})$`, given.flags.replace(/[gym]/g, ""));
  const isReply = ({ before, body, after }: SignedBytes) =>
    before.length + (body?.length ?? 0) + after.length <= MAX_REPLY_BYTES &&
    pattern.test(Buffer.from(joinBytes({ ok: true, before, body, after })).toString("utf8"));
  return {
    checkReply(text) {
      if (Buffer.byteLength(text, "utf8") <= MAX_REPLY_BYTES && pattern.test(text)) return;
      throw new TypeError(
        `${where}: signReply got a text that signsReplies does not describe, or one of more than ${MAX_REPLY_BYTES} bytes`,
      );
    },
    refuseReply: (candidates) => ([candidates].flat().some(isReply) ? IS_A_REPLY : undefined),
  };
}

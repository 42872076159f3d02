// Validates a store's answers. A malformed record is a failure, never "new".
import type { BeginAnswer, ClaimAnswer, HolderAnswer, OpenTransaction, OrderAnswer } from "../stores/store.js";

export function isHolderAnswer(answer: unknown): answer is HolderAnswer {
  return answer === "held" || answer === "lost";
}

export function isClaimAnswer(answer: unknown): answer is ClaimAnswer {
  if (typeof answer !== "object" || answer === null) return false;
  const fields = answer as Partial<Record<string, unknown>>;
  switch (fields.state) {
    case "claimed":
      return (
        Number.isSafeInteger(fields.fence) && Number.isSafeInteger(fields.attempt) && isStringOrAbsent(fields.progress)
      );
    case "in_flight":
      return Number.isFinite(fields.retryAfterSeconds);
    case "done":
      return typeof fields.isSameBody === "boolean" && isStringOrAbsent(fields.reply);
    default:
      return false;
  }
}

export function isBeginAnswer(answer: unknown): answer is BeginAnswer<unknown> {
  if (!isClaimAnswer(answer)) return false;
  if (answer.state !== "claimed") return true;
  const { transaction } = answer as { transaction?: Partial<OpenTransaction<unknown>> };
  return typeof transaction?.complete === "function" && typeof transaction.release === "function";
}

export function isOrderAnswer(answer: unknown): answer is OrderAnswer {
  return answer === "newest" || answer === "older";
}

function isStringOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

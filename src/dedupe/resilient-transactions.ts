// Begins and ends transactions of a store within the time limit, and loses no connection when the store is slow.
import type { BeginAnswer, ClaimRequest, DedupeStore, OpenTransaction } from "../stores/store.js";
import type { StoreCalls } from "./store-calls.js";
import { isBeginAnswer, isHolderAnswer } from "./validate-answer.js";

type Begin<Tx> = NonNullable<DedupeStore<Tx>["begin"]>;

/** `begin`, which is the store's own, with a time limit on it and on both ends of the transaction that it opens. */
export function resilientBegin<Tx>(begin: Begin<Tx>, calls: StoreCalls): Begin<Tx> {
  return async (request: ClaimRequest): Promise<BeginAnswer<Tx>> => {
    calls.refuseWhileOpen();
    const answer = await calls.ask("begin", isBeginAnswer, () => begin(request), { takeLate: releaseLate });
    if (answer.state !== "claimed") return answer;
    const { fence, attempt, progress, transaction } = answer;
    return { state: "claimed", fence, attempt, progress, transaction: resilientTransaction(transaction, calls) };
  };
}

/**
 * An end is tried once: a commit whose answer was lost may have happened, so it must not be repeated. The connection of an
 * end that failed is closed.
 */
function resilientTransaction<Tx>(transaction: OpenTransaction<Tx>, calls: StoreCalls): OpenTransaction<Tx> {
  const abandon = (): void => abandonQuietly(transaction);
  return {
    get tx() {
      return transaction.tx;
    },
    complete: (done, retentionSeconds) =>
      calls.askOnce("complete", isHolderAnswer, () => transaction.complete(done, retentionSeconds), abandon),
    release: (progress) => calls.askOnce("release", isHolderAnswer, () => transaction.release(progress), abandon),
    abandon,
  };
}

/** Releases a transaction that opened after the time limit: nobody will use it, and its connection must not be lost. */
function releaseLate(answer: BeginAnswer<unknown>): void {
  if (answer?.state !== "claimed") return;
  const { transaction } = answer;
  Promise.resolve()
    .then(() => transaction.release())
    .catch(() => abandonQuietly(transaction));
}

function abandonQuietly(transaction: OpenTransaction<unknown>): void {
  try {
    transaction.abandon();
  } catch {
    // The transaction has ended already, so there is no connection to close.
  }
}

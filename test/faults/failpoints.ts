// Kills the own process at a named point of its store, its inbox or its answer, the n-th time it gets there.
import type { ServerResponse } from "node:http";
import type { BeginAnswer, DedupeStore, Inbox, InboxWork } from "hookgate";
import type { Opened } from "./engine.js";

/** An environment variable: `claim:after:3`. */
export const FAILPOINT = "HOOKGATE_FAILPOINT";

export const STORE_OPS: readonly string[] = ["claim", "renew", "complete", "release"];
export const TRANSACTION_OPS: readonly string[] = ["begin", "complete", "release"];
/** `run` is a worker's run of an entry: `after` it is done, and the inbox does not know yet. */
export const INBOX_OPS: readonly string[] = ["put", "run"];
/** What the sender hears: before it is written, and when it has been handed to the kernel. */
export const ANSWER = "answer";

export interface Failpoint {
  readonly op: string;
  readonly when: "before" | "after";
  readonly nth: number;
}

export function failpointOf(text: string | undefined): Failpoint | undefined {
  if (text === undefined || text === "") return undefined;
  const [op = "", when = "", nth = "1"] = text.split(":");
  if (when !== "before" && when !== "after") throw new TypeError(`${FAILPOINT}: op:before or op:after; got ${text}`);
  return { op, when, nth: Number(nth) };
}

export interface Killing {
  wrap(opened: Opened): Opened;
  /** Around `res.end`. */
  answer(res: ServerResponse): void;
}

export function killingAt(point: Failpoint | undefined): Killing {
  if (point === undefined) return { wrap: (opened) => opened, answer: () => undefined };
  let count = 0;
  const reach = (op: string, when: "before" | "after"): void => {
    if (op !== point.op || when !== point.when) return;
    count++;
    if (count === point.nth) process.kill(process.pid, "SIGKILL");
  };

  async function around<T>(op: string, call: () => T | PromiseLike<T>): Promise<T> {
    reach(op, "before");
    const answer = await call();
    reach(op, "after");
    return answer;
  }

  function wrapStore<Tx>(store: DedupeStore<Tx>): DedupeStore<Tx> {
    const { begin, advance, attach } = store;
    return {
      name: store.name,
      isShared: store.isShared,
      claim: (claim) => around("claim", () => store.claim(claim)),
      renew: (...given) => around("renew", () => store.renew(...given)),
      complete: (...given) => around("complete", () => store.complete(...given)),
      release: (...given) => around("release", () => store.release(...given)),
      ...(begin === undefined ? {} : { begin: (claim) => around("begin", () => wrapBegin(begin.call(store, claim))) }),
      ...(advance === undefined ? {} : { advance: (...given) => around("advance", () => advance.apply(store, given)) }),
      ...(attach === undefined ? {} : { attach: (needs) => attach.call(store, needs) }),
    };
  }

  async function wrapBegin<Tx>(begun: Promise<BeginAnswer<Tx>>): Promise<BeginAnswer<Tx>> {
    const answer = await begun;
    if (answer.state !== "claimed") return answer;
    const { transaction } = answer;
    return {
      ...answer,
      transaction: {
        get tx() {
          return transaction.tx;
        },
        complete: (...given) => around("complete", () => transaction.complete(...given)),
        release: (...given) => around("release", () => transaction.release(...given)),
        abandon: () => transaction.abandon(),
      },
    };
  }

  function wrapInbox<Tx>(inbox: Inbox<Tx>): Inbox<Tx> {
    const store = inbox.store === undefined ? {} : { store: wrapStore(inbox.store) };
    const wrapped: Partial<Inbox<Tx>> = {
      ...store,
      put: (entries) => around("put", () => inbox.put(entries)),
      work: (worker): InboxWork =>
        inbox.work({ ...worker, run: (entry, job) => around("run", () => worker.run(entry, job)) }),
    };
    return { ...inbox, ...wrapped };
  }

  return {
    wrap: ({ store, inbox, close }) => ({
      ...(store === undefined ? {} : { store: wrapStore(store) }),
      ...(inbox === undefined ? {} : { inbox: wrapInbox(inbox) }),
      close,
    }),
    answer(res) {
      const end = res.end.bind(res) as (...given: unknown[]) => ServerResponse;
      res.end = ((...given: unknown[]) => {
        reach(ANSWER, "before");
        res.once("finish", () => reach(ANSWER, "after"));
        return end(...given);
      }) as never;
    },
  };
}

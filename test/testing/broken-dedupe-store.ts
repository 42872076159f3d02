// A small store with one flaw, or none: each is a mistake that stores in use have made.
import type { ClaimRequest, DedupeStore, DoneRecord, HolderAnswer } from "../../src/stores/store.js";

export type Flaw =
  | "none"
  | "complete ignores the token"
  | "complete overwrites what is done"
  | "complete is lost when repeated"
  | "complete is refused after the lease"
  | "renew ignores the token"
  | "renew revives what is done"
  | "renew does not restart the lease"
  | "release ignores the token"
  | "release drops the attempts"
  | "release drops the record's progress"
  | "release is lost when repeated"
  | "takeover drops the progress"
  | "a claim is new for the token that has it"
  | "a repeated claim counts as an attempt"
  | "a live claim can be taken over"
  | "a claim never lapses"
  | "a done key can be claimed"
  | "a done record is kept for ever"
  | "a done record is kept for a tenth of its time"
  | "a done record is kept from its claim"
  | "the fence begins again with the record"
  | "the fence stands still on takeover"
  | "claim is not atomic"
  | "complete is not atomic"
  | "the body is not compared"
  | "no reply becomes an empty one"
  | "NUL is dropped"
  | "texts are cut at 1 KB"
  | "keys ignore case"
  | "come again in 0 s"
  | "purging takes live claims"
  | "purging takes released keys";

interface Row {
  state: "claimed" | "released" | "done";
  token: string;
  bodyDigest: string;
  fence: number;
  attempt: number;
  progress: string | undefined;
  reply: string | undefined;
  claimedMs: number;
  untilMs: number;
}

const WEEK_MS = 7 * 86_400_000;

/** `nowMs` is the store's clock. Ops wait a turn where a database would. */
export function brokenDedupeStore(flaw: Flaw, nowMs: () => number): DedupeStore {
  const rows = new Map<string, Row>();
  let lastFence = 0;
  const has = (other: Flaw) => flaw === other;
  const spelled = (key: string) => (has("keys ignore case") ? key.toLowerCase() : key);
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const kept = (text: string | undefined) => {
    if (text === undefined) return has("no reply becomes an empty one") ? "" : undefined;
    if (has("NUL is dropped")) return text.replaceAll("\u0000", "");
    return has("texts are cut at 1 KB") ? text.slice(0, 1024) : text;
  };

  function find(key: string): Row | undefined {
    const row = rows.get(spelled(key));
    if (row === undefined) return undefined;
    const keptMs = row.state === "done" ? 0 : WEEK_MS;
    if (row.untilMs + keptMs > nowMs() || (row.state === "done" && has("a done record is kept for ever"))) return row;
    rows.delete(spelled(key));
    return undefined;
  }

  function purge(): void {
    for (const [key, row] of rows) {
      if (row.state === "claimed" && has("purging takes live claims") && rows.size > 100) rows.delete(key);
      if (row.state === "released" && has("purging takes released keys") && rows.size > 100) rows.delete(key);
    }
  }

  function isHolder(row: Row, token: string, exceptWith: Flaw): boolean {
    return row.token === token || has(exceptWith);
  }

  async function claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest) {
    await turn();
    purge();
    const row = find(key);
    if (has("claim is not atomic")) await turn();
    const untilMs = nowMs() + leaseSeconds * 1000;
    if (row?.state === "done" && !has("a done key can be claimed")) {
      const isSameBody = row.bodyDigest === bodyDigest || has("the body is not compared");
      return { state: "done" as const, reply: row.reply, isSameBody };
    }
    if (row?.state === "claimed") {
      if (row.token === token && !has("a claim is new for the token that has it")) {
        row.untilMs = untilMs;
        if (has("a repeated claim counts as an attempt")) row.attempt++;
        return { state: "claimed" as const, fence: row.fence, attempt: row.attempt, progress: row.progress };
      }
      const isLive = row.untilMs > nowMs() || has("a claim never lapses");
      if (isLive && !has("a live claim can be taken over")) {
        const leftSeconds = Math.max(1, Math.ceil((row.untilMs - nowMs()) / 1000));
        return { state: "in_flight" as const, retryAfterSeconds: has("come again in 0 s") ? 0 : leftSeconds };
      }
    }
    const isTakeover = row?.state === "claimed";
    const fence = has("the fence begins again with the record") ? (row?.fence ?? 0) + 1 : ++lastFence;
    const next: Row = {
      state: "claimed",
      token,
      bodyDigest,
      fence: isTakeover && has("the fence stands still on takeover") ? row.fence : fence,
      attempt: (row?.attempt ?? 0) + 1,
      progress: isTakeover && has("takeover drops the progress") ? undefined : row?.progress,
      reply: undefined,
      claimedMs: nowMs(),
      untilMs,
    };
    rows.set(spelled(key), next);
    return { state: "claimed" as const, fence: next.fence, attempt: next.attempt, progress: next.progress };
  }

  async function renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    await turn();
    const row = find(key);
    if (row === undefined || !isHolder(row, token, "renew ignores the token")) return "lost";
    if (row.state !== "claimed" && !(row.state === "done" && has("renew revives what is done"))) return "lost";
    row.state = "claimed";
    if (!has("renew does not restart the lease")) row.untilMs = nowMs() + leaseSeconds * 1000;
    return "held";
  }

  async function complete(key: string, token: string, done: DoneRecord, retentionSeconds: number) {
    await turn();
    const row = find(key);
    if (row === undefined || !isHolder(row, token, "complete ignores the token")) return "lost" as const;
    if (has("complete is not atomic")) await turn();
    if (row.state === "done" && has("complete is lost when repeated")) return "lost" as const;
    if (row.state === "done" && !has("complete overwrites what is done")) return "held" as const;
    if (row.state === "released") return "lost" as const;
    if (has("complete is refused after the lease") && row.untilMs <= nowMs()) return "lost" as const;
    const keptSeconds = has("a done record is kept for a tenth of its time") ? retentionSeconds / 10 : retentionSeconds;
    const fromMs = has("a done record is kept from its claim") ? row.claimedMs : nowMs();
    rows.set(spelled(key), {
      ...row,
      state: "done",
      reply: kept(done.reply),
      untilMs: fromMs + keptSeconds * 1000,
      attempt: 0,
      progress: undefined,
    });
    return "held" as const;
  }

  async function release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    await turn();
    const row = find(key);
    if (row === undefined || !isHolder(row, token, "release ignores the token") || row.state === "done") return "lost";
    if (row.state === "released") return has("release is lost when repeated") ? "lost" : "held";
    row.state = "released";
    row.untilMs = nowMs();
    if (has("release drops the attempts")) row.attempt = 0;
    if (progress !== undefined) row.progress = kept(progress);
    if (has("release drops the record's progress")) row.progress = undefined;
    return "held";
  }

  return { name: `brokenStore (${flaw})`, isShared: false, claim, renew, complete, release };
}

// The page's state, changed by the server's messages and by the viewer.
import type { DeliverySummary, Minute, NewsView, StateView } from "../wire.js";
import { read, setToken } from "./api.js";

export type Connection = "connecting" | "live" | "lost";

export interface Known {
  readonly state: StateView;
  /** Newest first. */
  readonly deliveries: readonly DeliverySummary[];
  readonly minutes: readonly Minute[];
  readonly connection: Connection;
}

const MINUTES = 60;
const MINUTE_MS = 60_000;

/** @returns Ends it. */
export function follow(tell: (known: Known) => void, failed: (error: Error) => void): () => void {
  let known: Known | undefined;
  let source: EventSource | undefined;
  let isEnded = false;

  function change(part: Partial<Known>): void {
    if (known === undefined) return;
    known = { ...known, ...part };
    tell(known);
  }

  async function start(): Promise<void> {
    const state = await read<StateView>("state");
    if (isEnded) return;
    setToken(state.token);
    known = { state, deliveries: state.deliveries, minutes: state.minutes, connection: "connecting" };
    tell(known);
    listen(state.revision);
  }

  function listen(revision: number): void {
    source = new EventSource(`api/news?after=${revision}`);
    source.onopen = () => change({ connection: "live" });
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const news = JSON.parse(data) as NewsView;
      if (known === undefined) return;
      change({
        deliveries: merged(known.deliveries, news.deliveries, known.state.keeps),
        minutes: withMinute(known.minutes, news.minute),
        connection: "live",
      });
    };
    source.onerror = () => {
      // The program may have been started anew, and knows nothing of what we know: begin again.
      source?.close();
      change({ connection: "lost" });
      if (!isEnded) setTimeout(again, 1_000);
    };
  }

  function again(): void {
    if (!isEnded) start().catch(() => setTimeout(again, 2_000));
  }

  start().catch(failed);
  return () => {
    isEnded = true;
    source?.close();
  };
}

function merged(
  known: readonly DeliverySummary[],
  news: readonly DeliverySummary[],
  keeps: number,
): readonly DeliverySummary[] {
  const changed = new Map(news.map((one) => [one.n, one]));
  const kept = known.map((one) => changed.get(one.n) ?? one);
  const numbers = new Set(known.map(({ n }) => n));
  const fresh = news.filter(({ n }) => !numbers.has(n)).sort((a, b) => b.n - a.n);
  return [...fresh, ...kept].slice(0, keeps);
}

function withMinute(minutes: readonly Minute[], minute: Minute | null): readonly Minute[] {
  if (minute === null) return minutes;
  const oldest = minute.startMs - (MINUTES - 1) * MINUTE_MS;
  return [...minutes.filter(({ startMs }) => startMs >= oldest && startMs !== minute.startMs), minute];
}

// The page: three views of one state.
import "./app.css";
import { render, type VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DeliverySummary } from "../wire.js";
import { Chart } from "./chart.js";
import { Detail } from "./detail.js";
import { Inboxes, useInboxes } from "./inbox.js";
import { type Filter, Filters, List, linesOf, NO_FILTER } from "./list.js";
import { SendForm } from "./send.js";
import { type Connection, follow, type Known } from "./store.js";

type View = "deliveries" | "inbox" | "send";

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: "connecting",
  live: "live",
  lost: "connection lost, trying again",
};
/** A screen reader is told of news no more often. */
const ANNOUNCE_MS = 4_000;
/** The chart moves on by minutes. */
const TICK_MS = 10_000;

function Page(): VNode {
  const [known, setKnown] = useState<Known>();
  const [problem, setProblem] = useState<string>();
  const [view, setView] = useState<View>("deliveries");
  const [selected, setSelected] = useState<number>();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  /** The list as it was when it was stopped. */
  const [paused, setPaused] = useState<readonly DeliverySummary[]>();
  useEffect(() => follow(setKnown, (error) => setProblem(error.message)), []);
  const nowMs = useClock(known?.state.nowMs);
  const [inboxes, refresh] = useInboxes(known?.state.hasInbox === true);
  const shown = paused ?? known?.deliveries ?? [];
  const lines = useMemo(() => linesOf(shown, filter), [shown, filter]);

  if (problem !== undefined) return <p class="starting said error">{problem}</p>;
  if (known === undefined) return <p class="starting">Loading the inspector…</p>;
  const { state, deliveries, minutes, connection } = known;
  const mayAct = state.rights === "act";
  const summary = deliveries.find(({ n }) => n === selected);
  const deadCount = inboxes.reduce((sum, { counts }) => sum + (counts?.dead ?? 0), 0);
  const missed = paused === undefined ? 0 : (deliveries[0]?.n ?? 0) - (paused[0]?.n ?? 0);

  function open(n: number): void {
    setView("deliveries");
    setSelected(n);
  }

  function close(): void {
    const line = document.querySelector<HTMLButtonElement>(`button.open[data-n="${selected}"]`);
    setSelected(undefined);
    line?.focus();
  }

  const tab = (name: View, label: VNode | string): VNode => (
    <button type="button" aria-current={view === name ? "page" : undefined} onClick={() => setView(name)}>
      {label}
    </button>
  );

  return (
    <>
      <header class="top">
        <h1>hookgate inspector</h1>
        <nav aria-label="Views">
          {tab("deliveries", "Deliveries")}
          {state.hasInbox &&
            tab(
              "inbox",
              <>
                Inbox{" "}
                {deadCount > 0 && (
                  <span class="tag bad">
                    {deadCount}
                    <span class="sr"> dead</span>
                  </span>
                )}
              </>,
            )}
          {mayAct && tab("send", "Send a test event")}
        </nav>
        <p class={`connection ${connection}`}>
          <span class="dot" aria-hidden="true" />
          <span>{paused === undefined ? CONNECTIONS[connection] : "paused"}</span>
        </p>
        {!mayAct && <p class="tag">read only</p>}
      </header>
      <Announcer newest={deliveries[0]} />
      <main>
        {view === "deliveries" && (
          <>
            <Chart minutes={minutes} nowMs={nowMs} />
            <div class="tools">
              <Filters filter={filter} receivers={state.receivers} onChange={setFilter} />
              <button
                type="button"
                aria-pressed={paused !== undefined}
                onClick={() => setPaused(paused === undefined ? deliveries : undefined)}
              >
                {paused === undefined ? "Pause" : `Go on${missed > 0 ? ` (${missed} new)` : ""}`}
              </button>
            </div>
            <div class={summary === undefined ? "columns" : "columns two"}>
              {lines.length === 0 ? (
                <Nothing isFiltered={shown.length > 0} />
              ) : (
                <List lines={lines} receivers={state.receivers} selected={selected} onSelect={setSelected} />
              )}
              {summary !== undefined && (
                <Detail
                  summary={summary}
                  deliveries={deliveries}
                  receivers={state.receivers}
                  mayAct={mayAct}
                  onSelect={open}
                  onClose={close}
                />
              )}
            </div>
          </>
        )}
        {view === "inbox" && (
          <Inboxes inboxes={inboxes} receivers={state.receivers} mayAct={mayAct} refresh={refresh} />
        )}
        {view === "send" && <SendForm receivers={state.receivers} mayAct={mayAct} onSent={open} />}
      </main>
    </>
  );
}

/** The program's clock, which may not be the browser's. */
function useClock(toldMs: number | undefined): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const aheadMs = (toldMs ?? Date.now()) - Date.now();
    const tick = (): void => setNowMs(Date.now() + aheadMs);
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [toldMs]);
  return nowMs;
}

function Nothing({ isFiltered }: { isFiltered: boolean }): VNode {
  return (
    <p class="none">
      {isFiltered
        ? "No delivery is like that."
        : "Nothing was delivered since this program started. Deliver something, or send a test event."}
    </p>
  );
}

/** Says how many came, not each of them. */
function Announcer({ newest }: { newest: DeliverySummary | undefined }): VNode {
  const [said, setSaid] = useState("");
  const told = useRef(newest?.n ?? 0);
  const now = useRef(newest);
  now.current = newest;
  useEffect(() => {
    const timer = setInterval(() => {
      const n = now.current?.n ?? 0;
      const count = n - told.current;
      told.current = n;
      if (count > 0) setSaid(count === 1 ? "1 new delivery" : `${count} new deliveries`);
    }, ANNOUNCE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p role="status" class="sr">
      {said}
    </p>
  );
}

// The URL that is printed at the start has the token in it: not to be left where others see it.
if (location.hash.includes("token=")) history.replaceState(null, "", location.pathname);
addEventListener("hashchange", () => location.hash.includes("token=") && location.reload());

const root = document.getElementById("app");
if (root !== null) {
  root.textContent = "";
  render(<Page />, root);
}

// The inboxes: what waits, what died and why, and again with it.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { EntryDetail, EntryView, InboxView, ReceiverView, StateName } from "../wire.js";
import { order, read } from "./api.js";
import { labelOf } from "./list.js";
import { type Answer, answerOf, Body, Facts, Headers, Said } from "./parts.js";
import { Text, Time } from "./text.js";

const STATES: readonly StateName[] = ["dead", "waiting", "running", "done"];
const REFRESH_MS = 3_000;
/** As many as are listed at once. */
const PAGE = 100;

export function useInboxes(hasInbox: boolean): readonly [readonly InboxView[], () => void] {
  const [inboxes, setInboxes] = useState<readonly InboxView[]>([]);
  function refresh(): void {
    // A page that nobody sees must not keep a database busy.
    if (document.hidden) return;
    read<readonly InboxView[]>("inboxes").then(setInboxes, () => undefined);
  }
  useEffect(() => {
    if (!hasInbox) return;
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [hasInbox]);
  return [inboxes, refresh];
}

export function Inboxes({
  inboxes,
  receivers,
  mayAct,
  refresh,
}: {
  inboxes: readonly InboxView[];
  receivers: readonly ReceiverView[];
  mayAct: boolean;
  refresh: () => void;
}): VNode {
  return (
    <div class="inboxes">
      {inboxes.map((inbox) => (
        <OneInbox
          key={inbox.inbox}
          inbox={inbox}
          receiver={receivers[inbox.receiver] as ReceiverView}
          mayAct={mayAct}
          refresh={refresh}
        />
      ))}
    </div>
  );
}

function OneInbox({
  inbox: { inbox, name, source, kind, counts, error },
  receiver,
  mayAct,
  refresh,
}: {
  inbox: InboxView;
  receiver: ReceiverView;
  mayAct: boolean;
  refresh: () => void;
}): VNode {
  const [state, setState] = useState<StateName>("dead");
  const [entries, setEntries] = useState<readonly EntryView[]>([]);
  const [opened, setOpened] = useState<string>();
  const [answer, setAnswer] = useState<Answer>();
  const [most, setMost] = useState(PAGE);
  const count = counts?.[state] ?? 0;

  /** Page by page, from the oldest on. */
  async function load(isGone: () => boolean): Promise<void> {
    const found: EntryView[] = [];
    for (let page: readonly EntryView[] = []; found.length < most; found.push(...page)) {
      const after = found.at(-1)?.key;
      const query = after === undefined ? "" : `&after=${encodeURIComponent(after)}`;
      page = await read<readonly EntryView[]>(`inboxes/${inbox}?state=${state}${query}`);
      if (page.length < PAGE) {
        found.push(...page);
        break;
      }
    }
    if (!isGone()) setEntries(found);
  }

  useEffect(() => {
    let isGone = false;
    load(() => isGone).catch((problem: Error) => setAnswer({ isError: true, text: problem.message }));
    return () => {
      isGone = true;
    };
  }, [inbox, state, most, JSON.stringify(counts)]);

  async function redrive(keys: readonly string[] | "dead"): Promise<void> {
    setAnswer(
      await answerOf(async () => {
        const { count: waiting } = await order<{ count: number }>("redrive", { inbox, keys });
        return waiting === 1 ? "1 event waits again" : `${waiting} events wait again`;
      }),
    );
    refresh();
  }

  const mayRedrive = mayAct && (state === "dead" || state === "done");
  return (
    <section class="inbox" aria-labelledby={`inbox-${inbox}`}>
      <h2 id={`inbox-${inbox}`}>
        {labelOf(receiver)}: {name} {kind === "spill" && <span class="tag">spill</span>}
      </h2>
      <p class="about">
        <Text of={source} />
        {counts !== null &&
          counts.waiting > 0 &&
          ` · the oldest that could run waits for ${Math.round(counts.oldestWaitingSeconds)} s`}
      </p>
      {error !== null && <p class="said error">It does not answer: {error}</p>}
      <fieldset class="states">
        <legend class="sr">State</legend>
        {STATES.map((one) => (
          <label key={one} class={one}>
            <input
              type="radio"
              name={`state-${inbox}`}
              checked={one === state}
              onChange={() => {
                setState(one);
                setMost(PAGE);
                setOpened(undefined);
              }}
            />{" "}
            {one} <b>{counts?.[one] ?? "?"}</b>
          </label>
        ))}
        {mayRedrive && state === "dead" && count > 1 && (
          <button type="button" onClick={() => redrive("dead")}>
            Redrive all {count}
          </button>
        )}
      </fieldset>
      <Said answer={answer} />
      {entries.length === 0 ? (
        <p class="none">Nothing is {state}.</p>
      ) : (
        <div class="scroll">
          <table class="entries">
            <thead>
              <tr>
                <th scope="col">Received</th>
                <th scope="col">Event</th>
                <th scope="col">Attempts</th>
                <th scope="col">Reason</th>
                <th scope="col">{state === "waiting" ? "Runs at" : ""}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.key} aria-current={entry.key === opened ? "true" : undefined}>
                  <td>
                    <button
                      type="button"
                      class="open"
                      aria-expanded={entry.key === opened}
                      onClick={() => setOpened(entry.key === opened ? undefined : entry.key)}
                    >
                      <Time ms={entry.receivedAtMs} />
                    </button>
                  </td>
                  <td class="event">
                    <b>
                      <Text of={entry.type} />
                    </b>{" "}
                    {entry.id !== null && (
                      <small>
                        <Text of={entry.id} />
                      </small>
                    )}
                  </td>
                  <td class="number">{entry.attempts}</td>
                  <td class="reason">{entry.reason !== null && <Text of={entry.reason.split("\n")[0] as string} />}</td>
                  <td>
                    {state === "waiting" && entry.runAtMs !== null && <Time ms={entry.runAtMs} />}
                    {mayRedrive && (
                      <button type="button" onClick={() => redrive([entry.key])}>
                        Redrive<span class="sr"> {entry.type}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {count > entries.length && entries.length >= most && (
        <button type="button" onClick={() => setMost(most + PAGE)}>
          Show more
        </button>
      )}
      {opened !== undefined && <Entry key={opened} inbox={inbox} entryKey={opened} />}
    </section>
  );
}

function Entry({ inbox, entryKey }: { inbox: number; entryKey: string }): VNode {
  const [entry, setEntry] = useState<EntryDetail>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    read<EntryDetail>(`inboxes/${inbox}/${entryKey}`).then(setEntry, (error: Error) => setProblem(error.message));
  }, [inbox, entryKey]);
  if (problem !== undefined) return <p class="said error">{problem}</p>;
  if (entry === undefined) return <p class="about">Loading…</p>;
  return (
    <div class="entry">
      <h3>
        <Text of={entry.type} />
      </h3>
      <Facts
        of={[
          ["State", entry.state],
          ["Event id", entry.id === null ? null : <Text key="i" of={entry.id} />],
          ["Tenant", entry.tenant === null ? null : <Text key="t" of={entry.tenant} />],
          ["Received", <Time key="r" ms={entry.receivedAtMs} isFull />],
          ["Attempts", String(entry.attempts)],
          ["Runs at", entry.runAtMs === null ? null : <Time key="a" ms={entry.runAtMs} isFull />],
          ["Key", entry.key],
        ]}
      />
      {entry.reason !== null && (
        <pre class="reason">
          <Text of={entry.reason} isMultiline />
        </pre>
      )}
      <h4>Headers</h4>
      <Headers headers={entry.headers} />
      <h4>Body</h4>
      <Body body={entry.body} />
    </div>
  );
}

// The list of deliveries: filtered, and grouped by event where that is wanted.
import type { VNode } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { DeliverySummary, ReceiverView, Tone } from "../wire.js";
import { TONES } from "./chart.js";
import { Outcome } from "./parts.js";
import { duration, Text, Time, words } from "./text.js";

export interface Filter {
  readonly tone: Tone | "all";
  readonly receiver: number | "all";
  readonly words: string;
  readonly isGrouped: boolean;
}

export const NO_FILTER: Filter = { tone: "all", receiver: "all", words: "", isGrouped: false };

/** A line: one delivery, or the newest of an event with how many there are. */
export interface Line {
  readonly delivery: DeliverySummary;
  readonly count: number;
}

/** What belongs to one event: retries, duplicates, and its runs from an inbox. */
export function eventKey({ receiver, tenant, eventId, n }: DeliverySummary): string {
  return eventId === null ? `n${n}` : JSON.stringify([receiver, tenant, eventId]);
}

export function linesOf(deliveries: readonly DeliverySummary[], filter: Filter): readonly Line[] {
  const wanted = filter.words.trim().toLowerCase();
  const counts = new Map<string, number>();
  for (const one of deliveries) counts.set(eventKey(one), (counts.get(eventKey(one)) ?? 0) + 1);
  const seen = new Set<string>();
  const lines: Line[] = [];
  for (const delivery of deliveries) {
    if (filter.tone !== "all" && delivery.tone !== filter.tone) continue;
    if (filter.receiver !== "all" && delivery.receiver !== filter.receiver) continue;
    if (wanted !== "" && !textOf(delivery).includes(wanted)) continue;
    const key = eventKey(delivery);
    if (filter.isGrouped && seen.has(key)) continue;
    seen.add(key);
    lines.push({ delivery, count: counts.get(key) ?? 1 });
  }
  return lines;
}

function textOf({ outcome, eventType, eventId, path, from, tenant, refusedBy, status }: DeliverySummary): string {
  return [outcome, words(outcome), eventType, eventId, path, from, tenant, refusedBy, status].join("\n").toLowerCase();
}

export function Filters({
  filter,
  receivers,
  onChange,
}: {
  filter: Filter;
  receivers: readonly ReceiverView[];
  onChange: (filter: Filter) => void;
}): VNode {
  return (
    <search class="filters">
      <label>
        Search{" "}
        <input
          type="search"
          value={filter.words}
          placeholder="type, id, path, address"
          onInput={({ currentTarget }) => onChange({ ...filter, words: currentTarget.value })}
        />
      </label>
      <label>
        Outcome{" "}
        <select
          value={filter.tone}
          onChange={({ currentTarget }) => onChange({ ...filter, tone: currentTarget.value as Filter["tone"] })}
        >
          <option value="all">all</option>
          {TONES.map(({ tone, label }) => (
            <option key={tone} value={tone}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {receivers.length > 1 && (
        <label>
          Receiver{" "}
          <select
            value={String(filter.receiver)}
            onChange={({ currentTarget: { value } }) =>
              onChange({ ...filter, receiver: value === "all" ? "all" : Number(value) })
            }
          >
            <option value="all">all</option>
            {receivers.map((receiver, at) => (
              <option key={at} value={String(at)}>
                {labelOf(receiver)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={filter.isGrouped}
          onChange={() => onChange({ ...filter, isGrouped: !filter.isGrouped })}
        />{" "}
        one line per event
      </label>
    </search>
  );
}

export function labelOf({ name, scope }: ReceiverView): string {
  return scope === null ? name : `${name} (${scope})`;
}

/** More would make each change slow. */
const PAGE = 200;

export function List({
  lines,
  receivers,
  selected,
  onSelect,
}: {
  lines: readonly Line[];
  receivers: readonly ReceiverView[];
  selected: number | undefined;
  onSelect: (n: number) => void;
}): VNode {
  const [most, setMost] = useState(PAGE);
  const body = useRef<HTMLTableSectionElement>(null);

  /** Arrows go from line to line, as in any list. */
  function move(event: KeyboardEvent): void {
    const buttons = [...(body.current?.querySelectorAll<HTMLButtonElement>("button.open") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    buttons[Math.min(Math.max(to, 0), buttons.length - 1)]?.focus();
  }

  return (
    <div class="list">
      <table>
        <caption class="sr">Deliveries, the newest first. Arrow keys move, Enter opens.</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Outcome</th>
            <th scope="col">Event</th>
            <th scope="col">Told</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={move}>
          {lines.slice(0, most).map(({ delivery, count }) => (
            <Row
              key={delivery.n}
              delivery={delivery}
              count={count}
              receiver={receivers.length > 1 ? (receivers[delivery.receiver] as ReceiverView) : undefined}
              isSelected={delivery.n === selected}
              onSelect={onSelect}
            />
          ))}
        </tbody>
      </table>
      {lines.length > most && (
        <button type="button" onClick={() => setMost(most + PAGE)}>
          Show {Math.min(PAGE, lines.length - most)} more of {lines.length - most}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  readonly delivery: DeliverySummary;
  readonly count: number;
  readonly receiver: ReceiverView | undefined;
  readonly isSelected: boolean;
  readonly onSelect: (n: number) => void;
}

/** Most lines are as they were when another one comes. */
function Row(props: RowProps): VNode {
  const { delivery, count, receiver, isSelected, onSelect } = props;
  return useMemo(() => row(props), [delivery, count, receiver, isSelected, onSelect]);
}

function row({ delivery, count, receiver, isSelected, onSelect }: RowProps): VNode {
  const { n, outcome, tone, refusedBy, eventType, eventId, eventCount, lateOutcome, via, by, path } = delivery;
  return (
    <tr aria-current={isSelected ? "true" : undefined} class={tone} onClick={() => onSelect(n)}>
      <td>
        <button type="button" class="open" data-n={n} aria-label={`Open delivery ${n}, ${words(outcome)}`}>
          <Time ms={delivery.atMs} />
        </button>
      </td>
      <td>
        <Outcome name={outcome} tone={tone} />
        {refusedBy !== null && <small> by {words(refusedBy)}</small>}
        {lateOutcome !== null && <small> then {words(lateOutcome)}</small>}
      </td>
      <td class="event">
        {eventType === null ? (
          <Text of={path ?? "no event"} />
        ) : (
          <b>
            <Text of={eventType} />
          </b>
        )}{" "}
        {eventId !== null && (
          <small>
            <Text of={eventId} />
          </small>
        )}{" "}
        {receiver !== undefined && <small class="receiver">{labelOf(receiver)}</small>}
        {eventCount > 1 && <span class="tag">{eventCount} events</span>}
        {count > 1 && (
          <span class="tag">
            <span aria-hidden="true">×</span>
            <span class="sr">came </span>
            {count}
            <span class="sr"> times</span>
          </span>
        )}
        {via !== "delivery" && <span class="tag">{via}</span>}
        {by !== null && <span class="tag">{by}</span>}
      </td>
      <td>{via === "delivery" ? delivery.status : ""}</td>
      <td class="number">{duration(delivery.durationMs)}</td>
    </tr>
  );
}

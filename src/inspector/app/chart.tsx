// The chart of the last hour: bars of outcomes, a line of times, and the same as a table.
import type { VNode } from "preact";
import type { Minute, Tone } from "../wire.js";
import { duration, Time } from "./text.js";

const MINUTES = 60;
const MINUTE_MS = 60_000;
const STEP = 10;
const BARS_HEIGHT = 60;
const TIMES_TOP = 72;
const TIMES_HEIGHT = 28;

export const TONES: readonly { readonly tone: Tone; readonly label: string; readonly sign: string }[] = [
  { tone: "good", label: "Handled", sign: "✓" },
  { tone: "skipped", label: "Nothing to do", sign: "=" },
  { tone: "refused", label: "Refused", sign: "✕" },
  { tone: "failed", label: "To come again", sign: "↻" },
];

export function signOf(tone: Tone): string {
  return TONES.find((one) => one.tone === tone)?.sign ?? "";
}

export function Chart({ minutes, nowMs }: { minutes: readonly Minute[]; nowMs: number }): VNode {
  const lastMs = Math.max(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS, minutes.at(-1)?.startMs ?? 0);
  const firstMs = lastMs - (MINUTES - 1) * MINUTE_MS;
  const shown = minutes.filter(({ startMs }) => startMs >= firstMs);
  const most = Math.max(1, ...shown.map(totalOf));
  const slowest = Math.max(1, ...shown.map(({ slowestMs }) => slowestMs ?? 0));
  const placeOf = (startMs: number): number => ((startMs - firstMs) / MINUTE_MS) * STEP;
  const totals = TONES.map(({ tone, label }) => ({
    tone,
    label,
    count: shown.reduce((sum, minute) => sum + minute[tone], 0),
  }));
  const summary = `The last hour: ${totals.map(({ label, count }) => `${label} ${count}`).join(", ")}. Slowest ${duration(slowest)}.`;
  return (
    <figure class="chart">
      <figcaption>
        <h2>The last hour</h2>
        <ul class="legend">
          {totals.map(({ tone, label, count }) => (
            <li key={tone} class={tone}>
              <span class="swatch" aria-hidden="true">
                {signOf(tone)}
              </span>
              {label} <b>{count}</b>
            </li>
          ))}
          <li class="times">
            <span class="swatch line" aria-hidden="true" />
            Time: median, and slowest (at most {duration(shown.length === 0 ? 0 : slowest)})
          </li>
        </ul>
      </figcaption>
      <svg
        viewBox={`0 0 ${MINUTES * STEP} ${TIMES_TOP + TIMES_HEIGHT + 2}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
      >
        <line class="ground" x1="0" x2={MINUTES * STEP} y1={BARS_HEIGHT} y2={BARS_HEIGHT} />
        {shown.map((minute) => (
          <Bar key={minute.startMs} minute={minute} x={placeOf(minute.startMs)} most={most} />
        ))}
        <line class="ground" x1="0" x2={MINUTES * STEP} y1={TIMES_TOP + TIMES_HEIGHT} y2={TIMES_TOP + TIMES_HEIGHT} />
        {shown.map((minute) => (
          <Times key={minute.startMs} minute={minute} x={placeOf(minute.startMs)} slowest={slowest} />
        ))}
      </svg>
      <details>
        <summary>As a table</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Minute</th>
                {TONES.map(({ tone, label }) => (
                  <th key={tone} scope="col">
                    {label}
                  </th>
                ))}
                <th scope="col">Median</th>
                <th scope="col">Slowest</th>
              </tr>
            </thead>
            <tbody>
              {[...shown].reverse().map((minute) => (
                <tr key={minute.startMs}>
                  <th scope="row">
                    <Time ms={minute.startMs} />
                  </th>
                  {TONES.map(({ tone }) => (
                    <td key={tone}>{minute[tone]}</td>
                  ))}
                  <td>{duration(minute.medianMs)}</td>
                  <td>{duration(minute.slowestMs)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function totalOf(minute: Minute): number {
  return minute.good + minute.skipped + minute.refused + minute.failed;
}

function Bar({ minute, x, most }: { minute: Minute; x: number; most: number }): VNode {
  let y = BARS_HEIGHT;
  return (
    <g class="bar">
      {TONES.map(({ tone }) => {
        const height = (minute[tone] / most) * BARS_HEIGHT;
        y -= height;
        return height === 0 ? null : <rect key={tone} class={tone} x={x + 1} y={y} width={STEP - 2} height={height} />;
      })}
    </g>
  );
}

function Times({ minute, x, slowest }: { minute: Minute; x: number; slowest: number }): VNode | null {
  if (minute.medianMs === null || minute.slowestMs === null) return null;
  const heightOf = (ms: number): number => Math.max(1.5, (ms / slowest) * TIMES_HEIGHT);
  const bottom = TIMES_TOP + TIMES_HEIGHT;
  const [median, most] = [heightOf(minute.medianMs), heightOf(minute.slowestMs)];
  return (
    <g>
      <rect class="slowest" x={x + 4} y={bottom - most} width={STEP - 8} height={most} />
      <rect class="median" x={x + 1} y={bottom - median} width={STEP - 2} height={1.5} />
    </g>
  );
}

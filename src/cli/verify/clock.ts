// Measures the difference between the sender's and the receiver's clock.
import type { Proven } from "../../core/auth.js";
import type { Case } from "./attempt.js";
import { type Finding, note, problem } from "./finding.js";

const TOLERANCE_SECONDS = 300;
/** A skew above this share of the tolerance is reported as a note. */
const NOTE_SHARE = 0.2;

export function clockFindings(
  { sender, nowMs, recorded }: Case,
  proven: Proven,
  toleranceSeconds?: number,
): readonly Finding[] {
  const own = sender.definition.toleranceSeconds;
  const tolerance = toleranceSeconds ?? own ?? TOLERANCE_SECONDS;
  if (proven.sentAtMs === undefined || own === null) return [];
  const skewSeconds = Math.floor(nowMs / 1000) - Math.floor(proven.sentAtMs / 1000);
  const distance = Math.abs(skewSeconds);
  const isRecorded = recorded.receivedAtMs !== undefined;
  const when = skewSeconds > 0 ? "before" : "after";
  const against = isRecorded ? "it arrived" : "now";
  const message = `it was signed ${distance} s ${when} ${against} (${new Date(proven.sentAtMs).toISOString()} against ${new Date(nowMs).toISOString()}); the tolerance is ${tolerance} s`;
  if (distance > tolerance) {
    const clocks =
      skewSeconds < 0
        ? "The receiver's clock is slow, or the sender's clock is fast"
        : "The receiver's clock is fast, or the delivery is a copy of an old one";
    const fix = isRecorded
      ? `${clocks}: check it with \`timedatectl\` and synchronise it by NTP.`
      : "If the delivery was recorded earlier, give its arrival time with --received-at. If it has just arrived, check the clock with `timedatectl` and synchronise it by NTP.";
    return [problem("clock", message, fix)];
  }
  return distance > tolerance * NOTE_SHARE ? [note("clock", message)] : [];
}

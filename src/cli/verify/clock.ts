// Measures how far the sender's clock and the receiver's are apart.
import type { Proven } from "../../core/auth.js";
import type { Case } from "./attempt.js";
import { type Finding, note, problem } from "./finding.js";

const TOLERANCE_SECONDS = 300;
/** From this share of the tolerance on a skew is worth a word. */
const WORTH_TELLING = 0.2;

export function clockFindings(
  { sender, nowMs, recorded }: Case,
  proof: Proven,
  toleranceSeconds?: number,
): readonly Finding[] {
  const own = sender.definition.toleranceSeconds;
  const tolerance = toleranceSeconds ?? own ?? TOLERANCE_SECONDS;
  if (proof.sentAtMs === undefined || own === null) return [];
  const skewSeconds = Math.floor(nowMs / 1000) - Math.floor(proof.sentAtMs / 1000);
  const distance = Math.abs(skewSeconds);
  const isRecorded = recorded.receivedAtMs !== undefined;
  const when = skewSeconds > 0 ? "before" : "after";
  const against = isRecorded ? "it arrived" : "now";
  const told = `it was signed ${distance} s ${when} ${against} (${new Date(proof.sentAtMs).toISOString()} against ${new Date(nowMs).toISOString()}), and ${tolerance} s are tolerated`;
  if (distance > tolerance) {
    const clocks =
      skewSeconds < 0
        ? "The receiver's clock is slow, or the sender's fast"
        : "The receiver's clock is fast, or the delivery is a copy of an old one";
    const fix = isRecorded
      ? `${clocks}: compare with \`timedatectl\` and synchronise by NTP.`
      : "A recorded delivery grows old: say when it arrived with --received-at. If it has just arrived, compare the clock with `timedatectl` and synchronise by NTP.";
    return [problem("clock", told, fix)];
  }
  return distance > tolerance * WORTH_TELLING ? [note("clock", told)] : [];
}

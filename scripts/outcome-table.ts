// The table of outcomes, as README shows it; a test keeps the two equal.
import { OUTCOMES } from "../src/core/outcomes.js";

export function outcomeTable(): string {
  const rows = Object.entries(OUTCOMES).map(([name, { status, retry, meaning, fix }]) => {
    const shown =
      status === "success" ? "success" : status === "stop" ? "the sender's stop, else success" : String(status);
    return `| \`${name}\` | ${shown} | ${retry ? "yes" : "no"} | ${[meaning, fix].filter((text) => text !== "").join(" ")} |`;
  });
  return [
    "| outcome (and wire `code` of a rejection) | status | send again | meaning, and what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

// Shows text from outside with every invisible character named.
import type { VNode } from "preact";

/** Control, format and bidirectional characters, line separators, tags, fillers, and halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
/** Beyond these, names are written without marking them: a body may be nothing else. */
const MAX_MARKED = 400;

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** @param props.isMultiline - Line breaks and tabs are what they are. */
export function Text({ of, isMultiline = false }: { of: string; isMultiline?: boolean }): VNode {
  const parts: (string | VNode)[] = [];
  let from = 0;
  let marked = 0;
  for (const found of of.matchAll(UNSEEN)) {
    const character = found[0];
    if (isMultiline && (character === "\n" || character === "\t")) continue;
    if (isMultiline && character === "\r" && of[found.index + 1] === "\n") continue;
    parts.push(of.slice(from, found.index));
    from = found.index + character.length;
    if (marked++ >= MAX_MARKED) parts.push(`[${nameOf(character)}]`);
    else {
      parts.push(
        <span class="unseen" title="a character that cannot be seen">
          {nameOf(character)}
        </span>,
      );
    }
  }
  parts.push(of.slice(from));
  return <bdi>{parts}</bdi>;
}

export function Time({ ms, isFull = false }: { ms: number; isFull?: boolean }): VNode {
  const date = new Date(ms);
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>
      {isFull ? date.toLocaleString() : date.toLocaleTimeString(undefined, { hour12: false })}
    </time>
  );
}

export function duration(ms: number | null): string {
  if (ms === null) return "";
  if (ms < 0.1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function bytes(size: number): string {
  if (size < 1_024) return `${size} B`;
  return size < 1_048_576 ? `${(size / 1_024).toFixed(1)} KB` : `${(size / 1_048_576).toFixed(1)} MB`;
}

/** `handler_failed` → `handler failed` */
export function words(name: string): string {
  return name.replaceAll("_", " ").replaceAll("-", " ");
}

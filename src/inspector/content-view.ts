// Headers and bodies as the page shows them: without secrets, and as text where they are text.
import { isSecretHeader, type ScrubRules, scrubBody } from "../sender/scrub.js";
import type { BodyView, HeaderView } from "./wire.js";

/** @param raw - Name, value, name, value, … */
export function viewHeaders(raw: readonly string[], rules: ScrubRules): HeaderView[] {
  const views: HeaderView[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    views.push({ name, value: isSecretHeader(name, rules) ? null : value, length: value.length });
  }
  return views;
}

/** @param shown - The beginning of the body, or all of it. */
export function viewBody(shown: Buffer, sizeBytes: number, rules: ScrubRules): BodyView {
  const scrubbed = scrubBody(shown, rules);
  const text = utf8(scrubbed, shown.length < sizeBytes);
  return {
    text: text ?? null,
    base64: text === undefined ? scrubbed.toString("base64") : null,
    sizeBytes,
    shownBytes: shown.length,
    isScrubbed: scrubbed !== shown,
  };
}

/** The bytes may end within a character where they were cut. */
function utf8(bytes: Buffer, isCut: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

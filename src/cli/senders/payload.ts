// Chooses the event to send: `--type` and `--data`, or an example of the sender.
import type { SendOptions } from "../../test-sender/test-sender.js";
import type { Given, OptionSpecs } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import type { KnownSender } from "./find-sender.js";
import { readBytes } from "./secrets.js";

export const EVENT_OPTIONS: OptionSpecs = {
  type: { type: "string", value: "TYPE", help: "The event type, as in receiver.on(type, …)." },
  data: {
    type: "string",
    value: "JSON|@FILE",
    help: "The payload: JSON, a file, or @- for standard input. Id and type are added where the sender has them.",
  },
  header: { type: "string", isList: true, value: "'NAME: VALUE'", help: "An additional header of the delivery." },
};

/** The event with its type, and the parts that every delivery shares. */
export type EventGiven = Pick<SendOptions, "payload" | "body" | "headers"> & { readonly type: string };

/** GitHub's event names are checked against the body, so the example must fit. */
const PING = { type: "ping", payload: { zen: "Keep it logically awesome.", hook_id: 1 } };
const EXAMPLES: Readonly<Record<string, { readonly type: string; readonly payload: unknown }>> = {
  github: PING,
  stripe: { type: "invoice.paid", payload: { object: "event", data: { object: { id: "in_hookgate" } } } },
};

/**
 * @param defaultType - A type without a handler, for commands that must not run one.
 * @throws {UsageError} When the data cannot be read.
 */
export async function readEvent(given: Given, io: Io, known: KnownSender, defaultType?: string): Promise<EventGiven> {
  const example = EXAMPLES[known.name];
  const chosen = given.text("type");
  const type = chosen ?? (example === PING ? PING.type : defaultType) ?? example?.type ?? known.about?.exampleType;
  if (type === undefined) throw new UsageError("--type is missing: give the type of the event to send");
  const data = given.text("data");
  const sent = data === undefined ? { payload: payloadFor(type, example) } : await dataOf(data, io);
  const headers = readHeaders(given.list("header"));
  return { type, ...sent, ...(Object.keys(headers).length === 0 ? {} : { headers }) };
}

function payloadFor(type: string, example: { readonly type: string; readonly payload: unknown } | undefined): unknown {
  return example === undefined || (example === PING && type !== "ping") ? {} : example.payload;
}

async function dataOf(data: string, io: Io): Promise<Pick<SendOptions, "payload" | "body">> {
  if (!data.startsWith("@")) return { payload: parsed(data, "--data") };
  const bytes = data === "@-" ? await io.readInput() : readBytes("--data", data.slice(1));
  try {
    return { payload: JSON.parse(bytes.toString("utf8")) as unknown };
  } catch {
    return { body: bytes }; // not JSON: sent unchanged
  }
}

function parsed(text: string, option: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${option} must be JSON, or @ followed by the path of a file; got neither`);
  }
}

/** @throws {UsageError} For a line without a colon. */
export function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      if (at < 1) throw new UsageError("--header must be 'Name: value'");
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}

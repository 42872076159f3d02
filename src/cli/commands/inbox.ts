// `hookgate inbox`: lists and shows the events of an inbox, and redrives dead ones.
import type { Inbox, InboxRecord, InboxState } from "../../inbox/inbox.js";
import { parseJson } from "../../lib/json.js";
import { nearest } from "../../lib/nearest.js";
import type { Command, Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { INBOX_OPTION, withInbox } from "../lib/open-inbox.js";
import { type Colour, type Line, paragraphs, table } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";

const STATES: readonly InboxState[] = ["waiting", "running", "dead", "done"];
const COLOURS: Readonly<Record<InboxState, Colour>> = {
  waiting: "yellow",
  running: "yellow",
  dead: "red",
  done: "green",
};
/** The most events that an inbox lists at once. */
const MAX_LISTED = 1_000;

export const inbox: Command = {
  name: "inbox",
  summary: "Lists and shows the events of an inbox, and redrives dead ones.",
  usage: "list|show|redrive|counts --inbox FILE",
  details: [
    "list shows the events of one state, by default the dead ones. show prints one event with headers and body. redrive puts dead or done events back to waiting, with zero attempts. counts prints the number of events in each state. Exit code 1: counts found dead events, or redrive found no event for a key.",
  ],
  actions: ["list", "show", "redrive", "counts"],
  options: {
    inbox: INBOX_OPTION,
    state: {
      type: "string",
      value: "STATE",
      completes: "inbox-state",
      help: "waiting, running, dead or done. Default of list: dead.",
    },
    source: { type: "string", value: "SOURCE", help: "Only the events of this receiver, as shown by list." },
    limit: { type: "string", value: "N", help: "At most N events, oldest first. Default 100." },
    after: { type: "string", value: "KEY", help: "Continue after this event." },
    all: { type: "boolean", help: "redrive: all dead events (of --source)." },
    "no-body": { type: "boolean", help: "show: leave the body out." },
  },
  examples: [
    "hookgate inbox list --inbox events.db",
    "hookgate inbox show KEY --inbox events.db",
    "hookgate inbox redrive KEY --inbox events.db",
    "hookgate inbox redrive --all --inbox events.db",
    "hookgate inbox counts --inbox events.db --json",
  ],
  async run(given, context) {
    const [action, ...keys] = given.positionals;
    const act = actionOf(action);
    const path = given.required("inbox");
    return withInbox(path, (opened) => act(opened, keys, given, context));
  },
};

type Action = (inbox: Inbox<unknown>, keys: readonly string[], given: Given, context: Context) => Promise<ExitCode>;

const ACTIONS: Readonly<Record<string, Action>> = { list, show, redrive, counts };

function actionOf(name: string | undefined): Action {
  if (name !== undefined && Object.hasOwn(ACTIONS, name)) return ACTIONS[name] as Action;
  const near = name === undefined ? undefined : nearest(name, Object.keys(ACTIONS));
  throw new UsageError(
    near === undefined ? `inbox takes ${Object.keys(ACTIONS).join(", ")}` : `inbox ${name}: did you mean ${near}?`,
  );
}

function stateOf(given: Given): InboxState {
  const state = given.text("state") ?? "dead";
  const found = STATES.find((one) => one === state);
  if (found !== undefined) return found;
  throw new UsageError(`--state must be one of ${STATES.join(", ")}; got ${JSON.stringify(state)}`);
}

async function list(
  opened: Inbox<unknown>,
  _keys: readonly string[],
  given: Given,
  context: Context,
): Promise<ExitCode> {
  const state = stateOf(given);
  const source = given.text("source");
  const afterKey = given.text("after");
  const records = await opened.list({
    state,
    limit: Math.min(given.number("limit") ?? 100, MAX_LISTED),
    ...(source === undefined ? {} : { source }),
    ...(afterKey === undefined ? {} : { afterKey }),
  });
  const { io, paint } = context;
  if (context.isJson) {
    io.out(`${JSON.stringify(records.map(headOf), null, 2)}\n`);
    return 0;
  }
  if (records.length === 0) {
    io.out(`no event is ${state}\n`);
    return 0;
  }
  const rows = records.map(({ entry, attempts, reason }) => [
    entry.key,
    plain(entry.type),
    plain(entry.id ?? ""),
    new Date(entry.receivedAtMs).toISOString(),
    plain(entry.source),
    `${attempts}`,
    plain(reason?.split("\n")[0] ?? ""),
  ]);
  io.out(table([["KEY", "TYPE", "ID", "RECEIVED", "SOURCE", "ATTEMPTS", "REASON"], ...rows], paint));
  return 0;
}

function headOf({ entry, state, attempts, reason, runAtMs }: InboxRecord) {
  return {
    key: entry.key,
    state,
    source: entry.source,
    id: entry.id,
    type: entry.type,
    tenant: entry.tenant,
    receivedAt: new Date(entry.receivedAtMs).toISOString(),
    attempts,
    reason,
    runAt: runAtMs === undefined ? undefined : new Date(runAtMs).toISOString(),
  };
}

async function show(
  opened: Inbox<unknown>,
  keys: readonly string[],
  given: Given,
  context: Context,
): Promise<ExitCode> {
  const [key, ...others] = keys;
  if (key === undefined || others.length > 0)
    throw new UsageError("show takes one key, as printed by hookgate inbox list");
  const record = await opened.get(key);
  if (record === undefined) throw new UsageError(`there is no event ${key} in the inbox`);
  const { entry } = record;
  const isBodyShown = !given.isSet("no-body");
  const { io, paint } = context;
  if (context.isJson) {
    const body = isBodyShown ? { bodyBase64: Buffer.from(entry.body).toString("base64") } : {};
    io.out(`${JSON.stringify({ ...headOf(record), headers: entry.headers, ...body }, null, 2)}\n`);
    return 0;
  }
  const head = headOf(record);
  const lines: Line[] = [
    ["Key", head.key],
    ["State", paint(COLOURS[record.state], record.state)],
    ["Type", plain(head.type)],
    ["Id", plain(head.id ?? "none")],
    ["Source", plain(head.source)],
    ["Tenant", plain(head.tenant ?? "")],
    ["Received", head.receivedAt],
    ["Attempts", `${record.attempts}`],
    ["Runs at", head.runAt],
    ["Reason", plain(record.reason ?? "")],
    ["Headers", Object.entries(entry.headers).map(([name, value]) => plain(`${name}: ${value}`))],
  ];
  io.out(paragraphs(lines, paint));
  if (isBodyShown) io.out(`\n${bodyText(Buffer.from(entry.body))}\n`);
  return 0;
}

/** Indents JSON and leaves other text as it is. Control characters are removed. */
function bodyText(body: Buffer): string {
  const parsed = parseJson(body);
  const text = parsed.ok ? JSON.stringify(parsed.value, null, 2) : body.toString("utf8");
  return text.split("\n").map(plain).join("\n");
}

async function redrive(
  opened: Inbox<unknown>,
  keys: readonly string[],
  given: Given,
  context: Context,
): Promise<ExitCode> {
  const isAll = given.isSet("all");
  if (isAll === keys.length > 0) throw new UsageError("redrive takes keys, or --all for all dead events");
  const count = isAll ? await redriveDead(opened, given.text("source")) : await opened.redrive(keys);
  const missed = isAll ? 0 : new Set(keys).size - count;
  if (context.isJson) context.io.out(`${JSON.stringify({ ok: missed === 0, redriven: count, missed }, null, 2)}\n`);
  else {
    const rest = missed === 0 ? "" : `; ${missed} of the keys belong to no dead or done event`;
    context.io.out(`redriven: ${count} ${count === 1 ? "event" : "events"}${rest}\n`);
  }
  return missed === 0 ? 0 : 1;
}

/** Redrives page after page until no dead event is left. */
async function redriveDead(opened: Inbox<unknown>, source: string | undefined): Promise<number> {
  let total = 0;
  for (;;) {
    const dead = await opened.list({ state: "dead", limit: MAX_LISTED, ...(source === undefined ? {} : { source }) });
    const count = dead.length === 0 ? 0 : await opened.redrive(dead.map(({ entry }) => entry.key));
    if (count === 0) return total;
    total += count;
  }
}

async function counts(
  opened: Inbox<unknown>,
  _keys: readonly string[],
  given: Given,
  context: Context,
): Promise<ExitCode> {
  const found = await opened.counts(given.text("source"));
  const { io, paint, isJson } = context;
  if (isJson) io.out(`${JSON.stringify({ ok: found.dead === 0, ...found }, null, 2)}\n`);
  else {
    const rows = STATES.map((state) => [{ text: state, colour: COLOURS[state] }, String(found[state])]);
    io.out(table(rows, paint));
    if (found.waiting > 0)
      io.out(`the oldest event that could run has waited for ${Math.round(found.oldestWaitingSeconds)} s\n`);
  }
  return found.dead === 0 ? 0 : 1;
}

// The routes of the inspector's API.
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  isState,
  listEntries,
  readEntry,
  redriveDead,
  redriveKeys,
  viewInboxes,
  type WatchedInbox,
} from "./inboxes.js";
import type { News } from "./news.js";
import { detailOf, whyNoReplay } from "./record.js";
import type { Recorder } from "./recorder.js";
import { readOrder, sendError, sendJson } from "./respond.js";
import { BadOrder, replay, sendTest, type Target, urlOf, whyNotSigned } from "./sending.js";
import { FAULTS, type Fault, type ReceiverView, type Rights, type StateView } from "./wire.js";

export interface Rooms {
  readonly targets: readonly Target[];
  readonly inboxes: readonly WatchedInbox[];
  readonly recorder: Recorder;
  readonly news: News;
  readonly token: string;
  readonly keepDeliveries: number;
  readonly keepBodyBytes: number;
}

export interface Asked {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  /** The parts of the path that are not fixed. */
  readonly parts: readonly string[];
  readonly rights: Rights;
}

/** Offered in the form. */
const MAX_TYPES = 200;

type Answer = (rooms: Rooms, asked: Asked) => unknown;

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly answer: Answer;
}

export const ROUTES: readonly Route[] = [
  { method: "GET", path: /^\/api\/state$/, answer: state },
  { method: "GET", path: /^\/api\/news$/, answer: news },
  { method: "GET", path: /^\/api\/deliveries\/(\d{1,15})$/, answer: delivery },
  { method: "GET", path: /^\/api\/inboxes$/, answer: inboxes },
  { method: "GET", path: /^\/api\/inboxes\/(\d{1,4})$/, answer: entries },
  { method: "GET", path: /^\/api\/inboxes\/(\d{1,4})\/([\w-]{1,100})$/, answer: entry },
  { method: "POST", path: /^\/api\/send$/, answer: sendOne },
  { method: "POST", path: /^\/api\/replay$/, answer: replayOne },
  { method: "POST", path: /^\/api\/redrive$/, answer: redrive },
];

function state(rooms: Rooms, { req, res, rights }: Asked): void {
  const { recorder } = rooms;
  const view: StateView = {
    rights,
    token: rights === "act" ? rooms.token : "",
    nowMs: Date.now(),
    revision: recorder.revision,
    keeps: rooms.keepDeliveries,
    receivers: rooms.targets.map(({ core }) => viewReceiver(core)),
    deliveries: recorder.summaries(),
    minutes: recorder.timeline.minutes(),
    hasInbox: rooms.inboxes.length > 0,
  };
  sendJson(req, res, 200, view);
}

/** Handlers may be registered after the inspector was built. */
function viewReceiver(core: Target["core"]): ReceiverView {
  return {
    name: core.settings.name,
    sender: core.sender.name,
    scope: core.settings.scope ?? null,
    cannotSign: whyNotSigned(core),
    url: urlOf(core),
    types: core.handlers.types.slice(0, MAX_TYPES),
  };
}

function news(rooms: Rooms, { req, res, query }: Asked): void {
  if (rooms.news.isFull) {
    sendError(req, res, 503, "too many pages are open");
    return;
  }
  const known = Number(req.headers["last-event-id"] ?? query.get("after") ?? 0);
  rooms.news.open(res, Number.isSafeInteger(known) && known >= 0 ? known : 0);
}

async function delivery(rooms: Rooms, { req, res, parts }: Asked): Promise<void> {
  const record = rooms.recorder.get(Number(parts[0]));
  if (record === undefined) {
    sendError(req, res, 404, "this delivery is no longer kept");
    return;
  }
  const cannotSign = whyNotSigned(targetAt(rooms, record.summary.receiver).core);
  sendJson(req, res, 200, detailOf(record, cannotSign, await rooms.recorder.diagnose(record)));
}

async function inboxes(rooms: Rooms, { req, res }: Asked): Promise<void> {
  sendJson(req, res, 200, await viewInboxes(rooms.inboxes));
}

async function entries(rooms: Rooms, { req, res, parts, query }: Asked): Promise<void> {
  const wanted = query.get("state");
  if (!isState(wanted)) throw new BadOrder("state must be waiting, running, done or dead");
  sendJson(req, res, 200, await listEntries(inboxAt(rooms, Number(parts[0])), wanted, query.get("after")));
}

async function entry(rooms: Rooms, { req, res, parts }: Asked): Promise<void> {
  const found = await readEntry(inboxAt(rooms, Number(parts[0])), parts[1] as string, rooms.keepBodyBytes);
  if (found === undefined) sendError(req, res, 404, "this event is no longer in the inbox");
  else sendJson(req, res, 200, found);
}

async function sendOne(rooms: Rooms, { req, res }: Asked): Promise<void> {
  const { receiver, type, payload, id, fault } = await readOrder(req);
  if (typeof type !== "string" || typeof payload !== "string" || typeof id !== "string")
    throw new BadOrder("type, payload and id must be texts");
  if (!isFault(fault)) throw new BadOrder(`fault must be one of ${FAULTS.join(", ")}`);
  const order = { receiver: Number(receiver), type, payload, id, fault };
  sendJson(req, res, 200, await sendTest(targetAt(rooms, receiver), order));
}

async function replayOne(rooms: Rooms, { req, res }: Asked): Promise<void> {
  const { n } = await readOrder(req);
  const record = rooms.recorder.get(Number(n));
  if (record === undefined) throw new BadOrder("this delivery is no longer kept");
  const target = targetAt(rooms, record.summary.receiver);
  const cannotReplay = whyNoReplay(record) ?? whyNotSigned(target.core);
  if (cannotReplay !== null) throw new BadOrder(cannotReplay);
  sendJson(req, res, 200, await replay(target, record));
}

async function redrive(rooms: Rooms, { req, res }: Asked): Promise<void> {
  const { inbox, keys } = await readOrder(req);
  const watched = inboxAt(rooms, inbox);
  if (keys !== "dead" && !(Array.isArray(keys) && keys.every((key) => typeof key === "string")))
    throw new BadOrder('keys must be a list of texts, or "dead"');
  const count = keys === "dead" ? await redriveDead(watched) : await redriveKeys(watched, keys as readonly string[]);
  sendJson(req, res, 200, { count });
}

function isFault(name: unknown): name is Fault {
  return FAULTS.some((fault) => fault === name);
}

function targetAt(rooms: Rooms, place: unknown): Target {
  const target = Number.isSafeInteger(place) ? rooms.targets[place as number] : undefined;
  if (target === undefined) throw new BadOrder("there is no such receiver");
  return target;
}

function inboxAt(rooms: Rooms, place: unknown): WatchedInbox {
  const inbox = Number.isSafeInteger(place) ? rooms.inboxes[place as number] : undefined;
  if (inbox === undefined) throw new BadOrder("there is no such inbox");
  return inbox;
}

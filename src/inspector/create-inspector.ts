// The inspector: middleware that serves a page, and a listener that fills it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { coreOf, type Receiver } from "../create-receiver.js";
import { scrubRulesOf } from "../sender/scrub.js";
import { answerSession, answerStranger, SESSION } from "./answer-stranger.js";
import type { Assets } from "./assets.js";
import { Gate } from "./gate.js";
import { News } from "./news.js";
import { type InspectorOptions, toSettings } from "./options.js";
import { Recorder } from "./recorder.js";
import { send, sendError, sendText, setSafeHeaders } from "./respond.js";
import { ROUTES, type Rooms } from "./routes.js";
import { BadOrder, type Target } from "./sending.js";

const ASSETS: ReadonlySet<string> = new Set(["/", "/app.js", "/app.css", "/icon.svg", "/sign-in.js"]);
type Next = (error?: unknown) => void;

/** What a receiver of whatever types is. */
export type AnyReceiver = Pick<Receiver<never, never, never>, "receive" | "close">;

/** The inspector's middleware. */
export interface Inspector {
  (req: IncomingMessage, res: ServerResponse, next?: Next): void;
  /** Stops listening, forgets all deliveries and ends the connections of open pages, which would keep a server from closing. */
  close(): void;
}

/** @param assetsOf - Where the page's files come from. */
export function createInspector(
  receivers: AnyReceiver | readonly AnyReceiver[],
  options: InspectorOptions,
  assetsOf: () => Assets,
): Inspector {
  const settings = toSettings(options);
  const targets = targetsOf(receivers);
  const gate = new Gate(settings);
  const session = settings.authorize === undefined ? SESSION : undefined;
  const rooms = roomsOf(targets, gate, settings);

  async function answer(req: IncomingMessage, res: ServerResponse, next: Next | undefined): Promise<void> {
    const { path, query } = targetOf(req.url ?? "/");
    const route = ROUTES.find((one) => one.path.test(path));
    const isAsset = ASSETS.has(path);
    const method = req.method === "HEAD" && isAsset ? "GET" : req.method;
    if (!isAsset && route === undefined && path !== session) {
      if (next !== undefined) next();
      else sendText(req, res, 404, "not found");
      return;
    }
    setSafeHeaders(res);
    const admission = await gate.admit(req);
    const isUnknown = "reason" in admission && admission.status === 401;
    if (path === session && (isUnknown || !("reason" in admission))) {
      await answerSession(req, res, gate);
      return;
    }
    if ("reason" in admission) {
      if (!isUnknown) sendText(req, res, admission.status, `hookgate inspector: ${admission.reason}`);
      else if (path !== "/" || !redirectToFolder(req, res)) answerStranger(req, res, path, assetsOf());
      return;
    }
    const { rights } = admission;
    if (method !== (route?.method ?? "GET")) {
      res.setHeader("allow", route?.method ?? "GET, HEAD");
      sendError(req, res, 405, "method not allowed");
      return;
    }
    if (route === undefined) {
      if (path === "/" && redirectToFolder(req, res)) return;
      const asset = assetsOf().get(path);
      if (asset === undefined) sendText(req, res, 404, "not found");
      else send(req, res, 200, asset.type, asset.bytes);
      return;
    }
    const denial = route.method === "POST" ? gate.mayAct(req, rights) : undefined;
    if (denial !== undefined) {
      sendError(req, res, denial.status, denial.reason);
      return;
    }
    const parts = route.path.exec(path)?.slice(1) ?? [];
    await route.answer(rooms, { req, res, query, parts, rights });
  }

  function inspector(req: IncomingMessage, res: ServerResponse, next?: Next): void {
    answer(req, res, next).catch((cause: unknown) => {
      if (res.headersSent) res.destroy();
      else if (cause instanceof BadOrder) {
        // What is left of the order is not read.
        if (!req.readableEnded && req.httpVersionMajor < 2) res.setHeader("connection", "close");
        sendError(req, res, 400, cause.message);
      } else if (next !== undefined) next(cause);
      else sendError(req, res, 500, "the inspector failed");
    });
  }
  return Object.assign(inspector, {
    close(): void {
      rooms.news.close();
      rooms.recorder.close();
    },
  });
}

function roomsOf(targets: readonly Target[], gate: Gate, settings: ReturnType<typeof toSettings>): Rooms {
  const { keepDeliveries, keepBodyBytes } = settings;
  const watched = targets.map(({ core }) => ({ core, secrets: scrubRulesOf(core.sender.definition, settings.scrub) }));
  const recorder = new Recorder({ receivers: watched, keepDeliveries, keepBodyBytes, now: () => Date.now() });
  return {
    targets,
    inboxes: watched.flatMap(({ core, secrets }, receiver) =>
      core.inboxes.map((kept) => ({ ...kept, receiver, secrets })),
    ),
    recorder,
    news: new News(recorder),
    token: gate.token,
    keepDeliveries,
    keepBodyBytes,
  };
}

function targetsOf(receivers: AnyReceiver | readonly AnyReceiver[]): readonly Target[] {
  const list = Array.isArray(receivers) ? (receivers as readonly AnyReceiver[]) : [receivers as AnyReceiver];
  const targets = list.map((receiver) => {
    const core = coreOf(receiver);
    if (core === undefined) throw new TypeError("inspector(receivers): each must be what createReceiver returned");
    return { receive: receiver.receive, core };
  });
  if (targets.length === 0 || new Set(list).size !== list.length)
    throw new TypeError("inspector(receivers): give one receiver or several, each once");
  return targets;
}

function targetOf(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)) };
}

/** The page's own paths are relative to it: `/inspector` must become `/inspector/`. */
function redirectToFolder(req: IncomingMessage, res: ServerResponse): boolean {
  const { originalUrl } = req as { originalUrl?: string };
  const path = (originalUrl ?? req.url ?? "/").split("?", 1)[0] as string;
  if (path.endsWith("/")) return false;
  // Relative, and never with a host in it: `//evil.example` is a path that a browser takes for one.
  const name = path.slice(path.lastIndexOf("/") + 1);
  res.writeHead(302, { location: `./${name}/` });
  res.end();
  return true;
}

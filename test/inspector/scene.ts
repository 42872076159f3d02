// Two receivers, one with an inbox, and an inspector that watches both, on a real server.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { createReceiver, Discard, RetryLater } from "hookgate";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import type { InspectorOptions } from "hookgate/inspector";
import { github, stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { bundlePage } from "../../scripts/bundle-page.js";
import { type Assets, toAssets } from "../../src/inspector/assets.js";
import { createInspector, type Inspector } from "../../src/inspector/create-inspector.js";
import { start } from "../support/listen.js";
import { quiet } from "../support/quiet.js";

export const stripeSender = stripe({ secret: "whsec_0123456789abcdef" });
export const githubSender = github({ secret: "github-0123456789abcdef" });

let assets: Assets | undefined;
/** What is built now, not what was built last. */
export function pageAssets(): Assets {
  if (assets === undefined) {
    assets = toAssets(bundlePage());
  }
  return assets;
}

/** For what is not about who may look. */
export const ANYBODY: InspectorOptions = { authorize: () => true, hosts: ["localhost"] };

export interface Scene {
  readonly origin: string;
  /** Of the page, with the slash. */
  readonly url: string;
  readonly inspector: Inspector;
  /** What the inspector has written to standard error when it was last built. */
  readonly printed: string;
  /** The URL of the page with the token that was printed; the page's own where none was. */
  readonly signInUrl: string;
  /** Of a browser that has signed in; `""` where that is not needed. */
  readonly cookie: string;
  /** Every request line and header that came, as an access log might have them. */
  readonly log: string[];
  readonly stripe: ReturnType<typeof stripeTest>;
  readonly github: ReturnType<typeof githubTest>;
  /** Handlers throw while this is true. */
  broken: boolean;
  /** Types of events that were handled. */
  readonly handled: string[];
  /** How long `slow.one` takes. */
  slowMs: number;
  /** The program is started anew, as far as the inspector is concerned. */
  restart(): void;
  close(): Promise<void>;
}

function stripeTest(url: string) {
  return createTestSender(stripeSender).to(`${url}/webhooks/stripe`);
}
function githubTest(url: string) {
  return createTestSender(githubSender).to(`${url}/webhooks/github`);
}

export async function openScene(options: InspectorOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-inspector-"));
  const inbox = sqliteInbox(join(folder, "inbox.db"));
  const handled: string[] = [];
  const switches = { broken: false, slowMs: 50 };
  const handle = ({ type }: { type: string }): void => {
    if (switches.broken) throw new Error("the database is gone", { cause: new Error("connect ECONNREFUSED") });
    handled.push(type);
  };
  const billing = createReceiver(stripeSender, { ...quiet, name: "billing", answerWithinSeconds: 0.3 })
    .on("invoice.later", () => {
      throw new RetryLater({ afterSeconds: 30 });
    })
    .on("invoice.never", () => {
      throw new Discard("the order was deleted");
    })
    .on("slow.one", async (event) => {
      await new Promise((resolve) => setTimeout(resolve, switches.slowMs));
      handle(event);
    })
    .on(["invoice.paid", "*"], handle);
  const repositories = createReceiver(githubSender, { ...quiet, name: "repositories", scope: "main", inbox }).on(
    "*",
    handle,
  );
  repositories.work({ maxAttempts: 1 });
  const inspect = () => captured(() => createInspector([billing, repositories], options, pageAssets));
  const log: string[] = [];
  const scene = Object.assign(switches, { handled, log, ...inspect() });
  const app = express();
  app.use((req, _res, next) => {
    log.push(`${req.method} ${req.originalUrl} ${JSON.stringify(req.rawHeaders)}`);
    next();
  });
  app.use("/hookgate", (req, res, next) => scene.inspector(req, res, next));
  app.use("/webhooks/stripe", billing);
  app.use("/webhooks/github", repositories);
  const server = createServer(app);
  const { origin, close } = await start(server);
  const url = `${origin}/hookgate/`;
  const token = options.token ?? tokenIn(scene.printed);
  Object.defineProperty(scene, "signInUrl", {
    get() {
      const now = options.token ?? tokenIn(scene.printed);
      return now === undefined ? url : `${url}#token=${now}`;
    },
  });
  return Object.assign(scene as typeof scene & Pick<Scene, "signInUrl">, {
    origin,
    url,
    cookie: token === undefined ? "" : cookieIn(await signIn(url, token)),
    restart() {
      scene.inspector.close();
      Object.assign(scene, inspect());
    },
    stripe: stripeTest(origin),
    github: githubTest(origin),
    async close() {
      scene.inspector.close();
      await close();
      await Promise.all([billing.close({ graceSeconds: 1 }), repositories.close({ graceSeconds: 1 })]);
      await inbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** What is built meanwhile, and what that has printed. */
export function captured(build: () => Inspector): { inspector: Inspector; printed: string } {
  const { write } = process.stderr;
  let printed = "";
  process.stderr.write = ((text: string) => {
    printed += text;
    return true;
  }) as typeof write;
  try {
    const inspector = build();
    return { inspector, printed };
  } finally {
    process.stderr.write = write;
  }
}

export function tokenIn(printed: string): string | undefined {
  return /#token=([\w-]{43})/.exec(printed)?.[1];
}

export function signIn(url: string, token: unknown, headers: Record<string, string> = {}): Promise<Heard> {
  return call(`${url}session`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ token }),
  });
}

/** As a browser sends it back. */
export function cookieIn({ headers }: Heard): string {
  return (headers["set-cookie"]?.[0] ?? "").split(";")[0] as string;
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** With any header, which `fetch` would not allow. */
export function call(
  url: string,
  {
    method = "GET",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => parts.push(part));
      res.on("end", () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(parts).toString("utf8") }),
      );
      res.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

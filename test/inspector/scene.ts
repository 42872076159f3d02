// Two receivers, one with an inbox, and an inspector that watches both, on a real server.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
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

export const stripeSender = stripe({ secret: "whsec_0123456789abcdef" });
export const githubSender = github({ secret: "github-0123456789abcdef" });

let assets: Assets | undefined;
/** What is built now, not what was built last. */
export function pageAssets(): Assets {
  if (assets === undefined) {
    const { script, styles } = bundlePage();
    assets = toAssets(script, styles);
  }
  return assets;
}

export interface Scene {
  readonly origin: string;
  /** Of the page, with the slash. */
  readonly url: string;
  readonly inspector: Inspector;
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
  const quiet = { onOutcome: () => undefined, onError: () => undefined };
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
  const inspect = (): Inspector => createInspector([billing, repositories], options, pageAssets);
  const scene = Object.assign(switches, { handled, inspector: inspect() });
  const app = express();
  app.use("/hookgate", (req, res, next) => scene.inspector(req, res, next));
  app.use("/webhooks/stripe", billing);
  app.use("/webhooks/github", repositories);
  const server = createServer(app);
  await listen(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(scene, {
    origin,
    url: `${origin}/hookgate/`,
    restart() {
      scene.inspector.close();
      scene.inspector = inspect();
    },
    stripe: stripeTest(origin),
    github: githubTest(origin),
    async close() {
      scene.inspector.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([billing.close({ graceSeconds: 1 }), repositories.close({ graceSeconds: 1 })]);
      await inbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

export function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
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

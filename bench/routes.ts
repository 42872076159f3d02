// The same delivery received in four ways: by hookgate, by the route people write by hand, by a strict one, by octokit.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createNodeMiddleware, Webhooks } from "@octokit/webhooks";
import express, { type Request, type Response } from "express";
import { hookgate, senders } from "./built.js";
import { SECRET } from "./fixtures.js";

export const PATH = "/webhooks";
/** The senders' published addresses are lists of this length. */
export const ALLOW: readonly string[] = ["3.18.12.63", "3.130.192.231", "13.235.14.237", "18.211.135.69", "10.0.0.0/8"];
/** Both `express.raw` and the receiver are to take 100 KB. */
const LIMIT = "1mb";
const TOLERANCE_SECONDS = 300;

export interface Route {
  readonly name: string;
  readonly listener: RequestListener;
}

let handled = 0;
/** What all of them do with an event in the end. */
async function handle(id: string): Promise<void> {
  if (id !== "") handled++;
}
export function handledCount(): number {
  return handled;
}

/** Every check: allow list, signature, freshness, dedupe, typed handler. */
export function stripeByHookgate(allow: readonly string[] = ALLOW): Route {
  const store = hookgate.memoryStore({ maxKeys: 2_000_000 });
  const receiver = hookgate.createReceiver(senders.stripe({ secret: SECRET }), { allow, dedupe: { store } });
  receiver.on("invoice.paid", async (event) => {
    await handle(event.payload.id);
  });
  const app = express();
  app.use(PATH, receiver);
  return { name: "hookgate", listener: app as unknown as RequestListener };
}

export function stripeByHand(): Route {
  const app = express();
  app.post(PATH, express.raw({ type: "application/json", limit: LIMIT }), async (req: Request, res: Response) => {
    if (!isStripes(req)) {
      res.sendStatus(400);
      return;
    }
    const event = JSON.parse((req.body as Buffer).toString()) as { id: string };
    await handle(event.id);
    res.sendStatus(200);
  });
  return { name: "usual route", listener: app as unknown as RequestListener };
}

/** The least that a careful person writes: no ETag, no type and no text in the answer. */
export function stripeByStrictHand(): Route {
  const app = express();
  app.post(PATH, express.raw({ type: "application/json", limit: LIMIT }), async (req: Request, res: Response) => {
    if (!isStripes(req)) {
      res.writeHead(400).end();
      return;
    }
    const event = JSON.parse((req.body as Buffer).toString()) as { id: string };
    await handle(event.id);
    res.writeHead(200, { "content-length": 0 }).end();
  });
  return { name: "strict route", listener: app as unknown as RequestListener };
}

function isStripes(req: Request): boolean {
  const header = req.headers["stripe-signature"];
  if (typeof header !== "string") return false;
  const comma = header.indexOf(",");
  const time = header.slice(2, comma);
  const given = Buffer.from(header.slice(comma + 4));
  const expected = createHmac("sha256", SECRET)
    .update(`${time}.`)
    .update(req.body as Buffer)
    .digest("hex");
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(expected), given)) return false;
  return Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE_SECONDS;
}

export function githubByHookgate(): Route {
  const store = hookgate.memoryStore({ maxKeys: 2_000_000 });
  const logger = { warn() {}, error: console.error };
  const receiver = hookgate.createReceiver(senders.github({ secret: SECRET }), {
    allow: ALLOW,
    dedupe: { store },
    logger,
  });
  receiver.on("issues.opened", async (event) => {
    await handle(event.id ?? "");
  });
  const app = express();
  app.use(PATH, receiver);
  return { name: "hookgate", listener: app as unknown as RequestListener };
}

export function githubByOctokit(): Route {
  const webhooks = new Webhooks({ secret: SECRET });
  webhooks.on("issues.opened", async ({ id }) => {
    await handle(id);
  });
  const middleware = createNodeMiddleware(webhooks, { path: PATH });
  const app = express();
  app.use((req: IncomingMessage, res: ServerResponse, next: () => void) => void middleware(req, res, next));
  return { name: "@octokit/webhooks", listener: app as unknown as RequestListener };
}

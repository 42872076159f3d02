// Another way to receive, in a process of its own: as its own documentation, or habit, has it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import express, { type Request, type RequestHandler, type Response } from "express";
import { SECRET } from "../engine.js";
import { StepLog } from "../history.js";
import type { Asked } from "../plan.js";

/** JSON in this environment variable. */
export interface PeerPlan {
  readonly peer: PeerName;
  readonly folder: string;
  /** Where the peers' packages are installed. */
  readonly packages: string;
  readonly redisPort: number;
  readonly handlerMs: readonly [number, number];
}

export type PeerName = "set" | "ack-first" | "octokit" | "express-idempotency" | "node-idempotency";

const plan = JSON.parse(process.env.HOOKGATE_FAULTS_PEER as string) as PeerPlan;
const log = new StepLog(plan.folder);
const installed = createRequire(`${plan.packages}/package.json`);
const KEY = Buffer.from(SECRET.slice("whsec_".length), "base64");
let runs = 0;

/** The same work everywhere. It fails the first time where it is asked to, in this process. */
async function work(id: string, asked: Asked): Promise<void> {
  const run = `${process.pid}.${++runs}`;
  log.add({ kind: "begin", id, run, pid: process.pid, fence: undefined, attempt: 1 });
  let isOk = false;
  try {
    const [least, most] = plan.handlerMs;
    await sleep(least + Math.random() * (most - least));
    if ((asked.failures ?? 0) > 0 && !failed.has(id)) {
      failed.add(id);
      throw new Error("as it was asked to");
    }
    isOk = true;
  } finally {
    log.add({ kind: "end", id, run, isOk });
  }
}
const failed = new Set<string>();

function idOf(req: Request): string {
  return String(req.headers["webhook-id"]);
}

const verified: RequestHandler = (req, res, next) => {
  const id = idOf(req);
  const mac = createHmac("sha256", KEY)
    .update(`${id}.${req.headers["webhook-timestamp"]}.`)
    .update(req.body as Buffer);
  const given = Buffer.from(String(req.headers["webhook-signature"]).replace("v1,", ""), "base64");
  const own = mac.digest();
  if (given.length !== own.length || !timingSafeEqual(given, own)) res.sendStatus(401);
  else next();
};

const raw = express.raw({ type: "*/*", limit: "1mb" });
const askedOf = (req: Request): Asked => JSON.parse(String(req.body)) as Asked;

function answering(run: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return (req, res) => {
    run(req, res).catch(() => {
      if (!res.headersSent) res.sendStatus(500);
    });
  };
}

const PEERS: Readonly<Record<PeerName, () => RequestListener>> = {
  /** Ids in memory, marked when they come. */
  set() {
    const seen = new Set<string>();
    const route = answering(async (req, res) => {
      if (!seen.has(idOf(req))) {
        seen.add(idOf(req));
        await work(idOf(req), askedOf(req));
      }
      res.sendStatus(200);
    });
    return express().use("/hooks", raw, verified, route);
  },
  /** As many senders' guides advise: answer at once, work after. */
  "ack-first"() {
    const seen = new Set<string>();
    const route = answering(async (req, res) => {
      res.sendStatus(200);
      if (seen.has(idOf(req))) return;
      seen.add(idOf(req));
      await work(idOf(req), askedOf(req)).catch(() => undefined);
    });
    return express().use("/hooks", raw, verified, route);
  },
  /** It has no dedupe, and says so. */
  octokit() {
    const { Webhooks, createNodeMiddleware } = octokit;
    const webhooks = new Webhooks({ secret: SECRET });
    webhooks.onAny(({ id, payload }) => work(id, payload as unknown as Asked));
    return createNodeMiddleware(webhooks, { path: "/hooks" }) as RequestListener;
  },
  /** Before the route, by the sender's header; its own store in memory. */
  "express-idempotency"() {
    const { idempotency, getSharedIdempotencyService } = installed("express-idempotency") as {
      idempotency: (options: object) => RequestHandler;
      getSharedIdempotencyService: () => { isHit(req: Request): boolean; reportError(req: Request): Promise<void> };
    };
    const route = answering(async (req, res) => {
      const service = getSharedIdempotencyService();
      if (service.isHit(req)) return;
      try {
        await work(idOf(req), askedOf(req));
        res.sendStatus(200);
      } catch (error) {
        await service.reportError(req);
        throw error;
      }
    });
    return express().use("/hooks", raw, verified, idempotency({ idempotencyKeyHeader: "webhook-id" }), route);
  },
  /** Its core around the route, with its Redis adapter. */
  "node-idempotency"() {
    const { Idempotency } = installed("@node-idempotency/core");
    const { RedisStorageAdapter } = installed("@node-idempotency/storage-adapter-redis");
    const storage = new RedisStorageAdapter({ url: `redis://127.0.0.1:${plan.redisPort}` });
    const connected = storage.connect() as Promise<void>;
    const idempotency = new Idempotency(storage, { idempotencyKey: "webhook-id" });
    const route = answering(async (req, res) => {
      await connected;
      const request = { headers: req.headers, path: "/hooks", method: "POST", body: askedOf(req) };
      let earlier: unknown;
      try {
        earlier = await idempotency.onRequest(request);
      } catch {
        res.sendStatus(409);
        return;
      }
      if (earlier !== undefined) {
        res.sendStatus(200);
        return;
      }
      await work(idOf(req), askedOf(req));
      await idempotency.onResponse(request, { body: "ok" });
      res.sendStatus(200);
    });
    return express().use("/hooks", raw, verified, route);
  },
};

const octokit = await import("@octokit/webhooks");
const server = createServer(PEERS[plan.peer]());
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));

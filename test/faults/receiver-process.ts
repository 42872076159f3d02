// A process of its own that receives, works, or does both: what the storms kill, stop, and start again.

import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, createReceiver, type Outcome, type WebhookError, type WebhookEvent } from "hookgate";
import type pg from "pg";
import { quietLogger } from "../support/quiet.js";
import { EFFECTS, type Engine, open, SCOPE, SENDER } from "./engine.js";
import { FAILPOINT, failpointOf, killingAt } from "./failpoints.js";
import { StepLog } from "./history.js";
import { type Asked, type Command, PLAN, type Plan } from "./plan.js";

async function main(plan: Plan): Promise<void> {
  const log = new StepLog(plan.folder);
  const killing = killingAt(failpointOf(process.env[FAILPOINT]));
  const opened = killing.wrap(await open(plan.engine));
  const receiver = createReceiver(SENDER, {
    scope: SCOPE,
    ...(opened.inbox === undefined
      ? { dedupe: { store: opened.store as never, leaseSeconds: plan.leaseSeconds } }
      : { inbox: opened.inbox as never }),
    ...(plan.isOrdered ? { order: { key: (event: WebhookEvent) => (event.payload as Asked).key } } : {}),
    answerWithinSeconds: 14,
    logger: quietLogger,
    onOutcome: tell,
    onError: (error: WebhookError) => {
      if (error.code === "double_run" || error.code === "event_dead" || error.code === "complete_failed")
        log.add({ kind: "told", id: "", pid: process.pid, what: error.code });
    },
  } as never);
  let runs = 0;

  async function handle(event: WebhookEvent, context: Context<pg.PoolClient>): Promise<void> {
    const id = event.id as string;
    const run = `${process.pid}.${++runs}`;
    const asked = event.payload as Asked;
    log.add({ kind: "begin", id, run, pid: process.pid, fence: context.fence, attempt: context.attempt });
    context.signal.addEventListener("abort", () =>
      log.add({ kind: "aborted", id, run, reason: String(context.signal.reason) }),
    );
    let isOk = false;
    try {
      if (isTransactional(plan.engine))
        await context.tx.query({ text: `INSERT INTO ${EFFECTS} (id, run) VALUES ($1, $2)`, values: [id, run] });
      const [least, most] = plan.handlerMs;
      const holdMs = asked.holdMs ?? least + Math.random() * (most - least);
      await (asked.isStubborn === true ? sleep(holdMs) : sleep(holdMs, undefined, { signal: context.signal }));
      if ((asked.failures ?? 0) >= context.attempt) throw new Error("as it was asked to");
      if (opened.inbox === undefined) context.reply({ body: run });
      isOk = true;
    } finally {
      log.add({ kind: "end", id, run, isOk });
    }
  }

  function tell(outcome: Outcome): void {
    for (const event of outcome.events) {
      for (const note of event.notes) {
        log.add({ kind: "told", id: event.id ?? "", pid: process.pid, what: `${outcome.name} ${note}` });
      }
    }
  }

  if (plan.works || opened.inbox === undefined) receiver.on("*" as never, handle as never);
  if (plan.works) {
    receiver.work({ concurrency: plan.concurrency, backoffBaseSeconds: 0.05, backoffCapSeconds: 0.2 });
  }

  const { default: express } = await import("express");
  const app = express();
  app.use("/hooks", (req: IncomingMessage, res: ServerResponse) => {
    killing.answer(res);
    receiver(req, res);
  });
  const server = createServer(app);
  server.keepAliveTimeout = 30_000;
  let isEnding = false;
  process.on("SIGTERM", () => {
    if (isEnding) return;
    isEnding = true;
    void stop();
  });
  process.on("disconnect", () => process.exit(0));
  process.on("message", (command: Command) => {
    const endMs = performance.now() + command.mostMs;
    while (performance.now() < endMs && !existsSync(command.blockUntilFile));
  });

  /** As a deployment does: answer 503, finish what runs, and only then stop listening. */
  async function stop(): Promise<void> {
    await receiver.close({ graceSeconds: plan.graceSeconds });
    await sleep(LAME_DUCK_MS);
    server.close();
    server.closeIdleConnections();
    await opened.close();
    log.close();
    process.exit(0);
  }

  if (plan.serves) {
    server.listen(plan.port ?? 0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  } else process.send?.({ port: 0 });
}

/** For a balancer to hear 503 on every connection it keeps. */
const LAME_DUCK_MS = 300;

function isTransactional(engine: Engine): boolean {
  return "isTransactional" in engine && engine.isTransactional;
}

await main(JSON.parse(process.env[PLAN] as string) as Plan);

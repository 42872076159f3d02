// A Worker whose receiver lives in a Durable Object with an inbox. Its handler fails until the object has been started again.

import { durableObjectInbox, type InboxObjectState } from "../../../src/inbox/durable-object/index.js";
import { createReceiver } from "../../../src/index.js";
import { stripe } from "../../../src/senders/stripe.js";

interface Env {
  readonly BILLING: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
  readonly SECRET: string;
  /** Which start of the platform this is. */
  readonly START: number;
}

export class Billing {
  readonly #state: InboxObjectState;
  readonly #inbox;
  readonly #receiver;

  constructor(state: InboxObjectState, env: Env) {
    this.#state = state;
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (id TEXT, start INTEGER, attempt INTEGER)");
    this.#inbox = durableObjectInbox(state, { leaseSeconds: 2 });
    this.#receiver = createReceiver(stripe({ secret: env.SECRET }), {
      scope: "billing",
      inbox: this.#inbox,
      logger: { warn() {}, error() {} },
      onError() {},
    });
    this.#receiver
      .on("*", ({ id }, { attempt }) => {
        state.storage.sql.exec("INSERT INTO runs VALUES (?, ?, ?)", id ?? "", env.START, attempt);
        if (env.START === 1) throw new Error("not yet");
      })
      .work({ backoffBaseSeconds: 1, backoffCapSeconds: 1 });
  }

  fetch(request: Request): Response | Promise<Response> {
    if (request.method === "POST") return this.#receiver.fetch(request);
    return Response.json(this.#state.storage.sql.exec("SELECT * FROM runs").toArray());
  }

  alarm(): Promise<void> {
    return this.#inbox.alarm();
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> =>
    env.BILLING.get(env.BILLING.idFromName("billing")).fetch(request),
};

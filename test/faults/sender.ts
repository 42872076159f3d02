// Clients that behave as senders do: they sign, wait for an answer, and retry until they get success.
import { createHmac } from "node:crypto";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../support/random.js";
import { SECRET } from "./engine.js";
import { nowMs, type Recorder } from "./history.js";
import type { Asked } from "./plan.js";

const KEY = Buffer.from(SECRET.slice("whsec_".length), "base64");
/** A sender's patience. */
const PATIENCE_MS = 15_000;
/** Between two tries, at most: the least patient sender there is. */
const RETRY_MS = 120;
/** An event that is not taken for so long ends its storm. */
const GIVE_UP_MS = 120_000;

export interface Event {
  readonly id: string;
  readonly asked: Asked;
}

export interface Heard {
  /** `undefined`: no answer came. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly body: string;
  readonly connection: string | undefined;
  readonly sentMs: number;
  readonly tookMs: number;
}

export interface SenderOptions {
  /** Where to send now; `undefined` while there is nobody. */
  readonly port: () => number | undefined;
  readonly recorder: Recorder;
  readonly random: Random;
  /** How long an event is sent again. Default: two minutes. */
  readonly giveUpMs?: number;
  /** Default: as Standard Webhooks has them. */
  readonly sign?: Sign;
}

/** The headers that prove a delivery, or, forged, do not. */
export type Sign = (id: string, body: string, isForged: boolean) => Readonly<Record<string, string>>;

const standardWebhooks: Sign = (id, body, isForged) => {
  const at = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", isForged ? Buffer.alloc(24, 1) : KEY).update(`${id}.${at}.${body}`);
  return { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": `v1,${mac.digest("base64")}` };
};

export class Sender {
  readonly #options: SenderOptions;
  readonly #agent: http.Agent;
  /** Told of every delivery. */
  onHeard: ((heard: Heard, event: Event) => void) | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  }

  /** One delivery. Never rejects. */
  async deliver(event: Event, isForged = false, port = this.#options.port()): Promise<Heard> {
    const { recorder } = this.#options;
    recorder.add({ kind: "invoke", id: event.id, ...(isForged ? { isForged } : {}) });
    const sentMs = nowMs();
    const heard =
      port === undefined
        ? { status: undefined, reason: "nobody listens", body: "", connection: undefined }
        : await this.#send(port, event, isForged);
    const whole: Heard = { ...heard, sentMs, tookMs: nowMs() - sentMs };
    const { status } = heard;
    const { id } = event;
    if (status === undefined) recorder.add({ kind: "info", id, reason: heard.reason });
    else recorder.add({ kind: status >= 200 && status < 300 ? "ok" : "fail", id, status });
    this.onHeard?.(whole, event);
    return whole;
  }

  /** Again and again until it is taken. @throws When it is not, for so long that the sender gives up. */
  async deliverUntilTaken(event: Event): Promise<Heard> {
    const endMs = nowMs() + (this.#options.giveUpMs ?? GIVE_UP_MS);
    for (;;) {
      const heard = await this.deliver(event);
      if (heard.status !== undefined && heard.status < 300) return heard;
      if (nowMs() > endMs) throw new Error(`${event.id} was not taken: ${heard.status ?? heard.reason} ${heard.body}`);
      await sleep(5 + this.#options.random.next() * RETRY_MS);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(port: number, { id, asked }: Event, isForged: boolean): Promise<Omit<Heard, "sentMs" | "tookMs">> {
    const body = JSON.stringify(asked);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...(this.#options.sign ?? standardWebhooks)(id, body, isForged),
    };
    return new Promise((resolve) => {
      const none = (error: Error & { code?: string }): void =>
        resolve({ status: undefined, reason: error.code ?? error.message, body: "", connection: undefined });
      const req = http.request(
        { host: "127.0.0.1", port, method: "POST", path: "/hooks", headers, agent: this.#agent },
        (res) => {
          let text = "";
          res.setEncoding("utf8");
          res.on("data", (chunk: string) => {
            text += chunk;
          });
          res.on("error", none);
          res.on("end", () =>
            resolve({ status: res.statusCode, reason: "", body: text, connection: res.headers.connection }),
          );
          res.on("close", () => none(new Error("cut off")));
        },
      );
      req.setTimeout(PATIENCE_MS, () => req.destroy(new Error("no answer")));
      req.on("error", none);
      req.end(body);
    });
  }
}

/** Runs `work` in so many lanes at once, until each of them says that it is over. */
export async function inLanes(count: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, lane) => work(lane)));
}

import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Context,
  createReceiver,
  defineSender,
  json,
  type Receiver,
  type ReceiverOptions,
  type SenderDefinition,
  type WebhookEvent,
} from "hookgate";
import { mac, param } from "hookgate/auth";
import { afterEach } from "vitest";

export const SECRET = "a secret of this test, 32 bytes or so";
export const quiet = { warn() {}, error() {} };

/** A sender that signs time and body, as Stripe does. */
export function acme(more: Partial<SenderDefinition> = {}) {
  return defineSender({
    name: "acme",
    auth: mac({
      secret: SECRET,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "x-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: { id: json("id"), type: json("type") },
    ...more,
  });
}

export type Run = (event: WebhookEvent, context: Context) => unknown;

/** A receiver whose handler for everything is `run`, with a count of its calls. */
export function receiverOf(
  run: Run = () => undefined,
  options: ReceiverOptions = {},
  more: Partial<SenderDefinition> = {},
) {
  const calls: string[] = [];
  const receiver = createReceiver(acme(more), { logger: quiet, onError() {}, ...options });
  receiver.on("*", (event, context) => {
    calls.push(event.id ?? "");
    return run(event, context);
  });
  return { receiver: receiver as Receiver<Record<string, unknown>>, calls };
}

export function signed(
  body: string | Buffer,
  nowSeconds: number = Math.floor(Date.now() / 1000),
  secret = SECRET,
): Record<string, string> {
  const hmac = createHmac("sha256", secret).update(`${nowSeconds}.`).update(body).digest("hex");
  return { "content-type": "application/json", "x-signature": `t=${nowSeconds},v1=${hmac}` };
}

export const eventBody = (id = "evt_1", more: object = {}): string =>
  JSON.stringify({ id, type: "thing.made", ...more });

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(
    open.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

export async function listen(app: RequestListener): Promise<number> {
  const server = createServer(app);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

export function post(
  port: number,
  { method = "POST", path = "/hooks", headers = {}, body = "" }: Sending,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    req.on("error", reject);
    req.end(body);
  });
}

/** A signed delivery of one event. */
export const deliver = (
  port: number,
  body: string = eventBody(),
  headers: Record<string, string> = {},
): Promise<Answer> => post(port, { headers: { ...signed(body), ...headers }, body });

export const problem = (status: number, title: string, code: string): string =>
  JSON.stringify({ type: "about:blank", title, status, code });

// What is delivered? Bodies shaped like the senders' own, of 1, 10 and 100 KB, each with an id of its own.
import { createHmac } from "node:crypto";

export const SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
export const SIZES: readonly number[] = [1_024, 10_240, 102_400];

export interface Signed {
  readonly id: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

let lastId = 0;

export function stripeLike(bytes: number): Signed {
  const id = `evt_${(++lastId).toString(36).padStart(12, "0")}`;
  const seconds = Math.floor(Date.now() / 1000);
  const lines: unknown[] = [];
  const event = {
    id,
    object: "event",
    api_version: "2026-01-28",
    created: seconds,
    data: { object: { id: "in_1", object: "invoice", currency: "eur", paid: true, lines, description: "" } },
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: "invoice.paid",
  };
  const body = filled(bytes, lines, event, event.data.object);
  const signature = createHmac("sha256", SECRET).update(`${seconds}.`).update(body).digest("hex");
  return { id, body, headers: { "stripe-signature": `t=${seconds},v1=${signature}` } };
}

export function githubLike(bytes: number): Signed {
  const id = `72d3162e-cc78-11e3-81ab-${(++lastId).toString(16).padStart(12, "0")}`;
  const labels: unknown[] = [];
  const event = {
    action: "opened",
    issue: { id: lastId, number: 1347, title: "Found a bug", user: { login: "octocat", id: 1 }, labels, body: "" },
    repository: { id: 1_296_269, full_name: "octocat/Hello-World", private: false },
    sender: { login: "octocat", id: 1 },
  };
  const body = filled(bytes, labels, event, event.issue);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = {
    "x-github-delivery": id,
    "x-github-event": "issues",
    "x-hub-signature-256": `sha256=${signature}`,
  };
  return { id, body, headers };
}

export function standardLike(bytes: number): Signed {
  const id = `msg_${(++lastId).toString(36).padStart(12, "0")}`;
  const items: unknown[] = [];
  const event = { type: "invoice.paid", timestamp: new Date().toISOString(), data: { items, description: "" } };
  const body = filled(bytes, items, event, event.data);
  const seconds = Math.floor(Date.now() / 1000);
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.`).update(body).digest("base64");
  const names = { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
  const headers = { [names.id]: id, [names.timestamp]: String(seconds), [names.signature]: `v1,${signature}` };
  return { id, body, headers };
}

/** Adds items, and then text, until the event has just so many bytes. */
function filled(bytes: number, items: unknown[], event: object, text: { body?: string; description?: string }): Buffer {
  const item = {
    id: "li_1",
    amount: 1_999,
    currency: "eur",
    description: "A line",
    metadata: { seat: "7" },
    period: [1, 2],
  };
  const itemBytes = JSON.stringify(item).length + 1;
  const count = Math.floor((bytes - JSON.stringify(event).length) / itemBytes);
  for (let at = 0; at < count; at++) items.push(item);
  const padding = "x".repeat(Math.max(0, bytes - JSON.stringify(event).length));
  if (text.description === undefined) text.body = padding;
  else text.description = padding;
  return Buffer.from(JSON.stringify(event));
}

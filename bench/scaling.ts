// Measures how the cost of a delivery grows with handlers, secrets, networks, events, bytes, stored keys and receivers.
import { createHmac } from "node:crypto";
import type { ReceiverOptions } from "../src/receiver/options.js";
import { hookgate, load, senders } from "./built.js";
import { SECRET, stripeLike } from "./fixtures.js";
import { collectYoung, median } from "./measure.js";
import { heading, table, two } from "./report.js";

const ROUNDS = 9;
const ROUND_MICROSECONDS = 40_000;
const { hmac } = await load<typeof import("../src/auth/index.js")>("auth/index.js");
const batches = hookgate.defineSender<{ opened: unknown }>({
  name: "batches",
  auth: hmac({ secret: SECRET, signed: "{body}", signature: { header: "x-signature", encoding: "hex" } }),
  event: { each: "", id: hookgate.json("id"), type: hookgate.json("type") },
});
const quiet = { warn() {}, error: console.error };
const address = "3.18.12.63";

type Deliver = (at: number) => Promise<unknown>;
type Receiver = ReturnType<typeof stripeReceiver>;
type Delivery = Parameters<Receiver["receive"]>[0];

/** CPU microseconds of one call: the median of rounds, each as long as the others. */
async function cpuOf(deliver: Deliver): Promise<number> {
  let at = 0;
  const round = async (count: number): Promise<number> => {
    collectYoung();
    const before = process.cpuUsage();
    for (let turn = 0; turn < count; turn++) await deliver(at++);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  let count = 1;
  let one = await round(count);
  while (one * count < ROUND_MICROSECONDS && count < 4_000) {
    count *= 2;
    one = await round(count);
  }
  const samples: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) samples.push(await round(count));
  return median(samples);
}

function stripeReceiver(options: ReceiverOptions = {}, secret: string | readonly string[] = SECRET) {
  return hookgate
    .createReceiver(senders.stripe({ secret }), { logger: quiet, dedupe: { store: bigStore() }, ...options })
    .on("invoice.paid", async () => {});
}

function bigStore() {
  return hookgate.memoryStore({ maxKeys: 4_000_000 });
}

function stripeDelivery(bytes: number): Delivery {
  const { body, headers } = stripeLike(bytes);
  return {
    method: "POST",
    url: "/webhooks",
    headers: { ...headers, "content-type": "application/json" },
    body,
    remoteAddress: address,
  };
}

/** Each delivery is new, and made before it is measured only where that is cheap beside it. */
function delivering(receiver: { receive(delivery: Delivery): Promise<{ name: string }> }, bytes = 1_024): Deliver {
  let made: Delivery[] = [];
  return async (at) => {
    if (at % 1_000 === 0 || made.length === 0)
      made = Array.from({ length: bytes > 100_000 ? 3 : 1_000 }, () => stripeDelivery(bytes));
    const { name } = await receiver.receive(made[at % made.length] as Delivery);
    if (name !== "processed" && name !== "duplicate") throw new Error(`a delivery was ${name}`);
  };
}

async function grow(title: string, sizes: readonly number[], make: (size: number) => Deliver | Promise<Deliver>) {
  const row: { size: number; cost: number }[] = [];
  for (const size of sizes) row.push({ size, cost: await cpuOf(await make(size)) });
  const [first] = row as [(typeof row)[0]];
  heading(title);
  table(
    ["", "CPU microseconds", "x the smallest", "per unit"],
    row.map(({ size, cost }) => [
      size.toLocaleString("en"),
      two(cost),
      two(cost / first.cost),
      `${(cost / size).toPrecision(3)}`,
    ]),
  );
}

await grow("Handlers of a receiver", [1, 100, 10_000], (count) => {
  const receiver = stripeReceiver();
  for (let at = 1; at < count; at++) receiver.on(`type.of.${at}` as "invoice.paid", async () => {});
  return delivering(receiver);
});
await grow("Secrets, of which the last one signs", [1, 2, 3, 5], (count) => {
  const others = Array.from(
    { length: count - 1 },
    (_, at) => `whsec_${createHmac("sha256", "x").update(String(at)).digest("base64")}`,
  );
  return delivering(stripeReceiver({}, [...others, SECRET]));
});
await grow("Networks in `allow`", [10, 1_000, 100_000], (count) => {
  const networks = Array.from({ length: count - 1 }, (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32`);
  return delivering(stripeReceiver({ allow: [...networks, address] }));
});
await grow("Events in a delivery, with `dedupe.strict`", [1, 10, 100, 1_000, 10_000], (count) => {
  const receiver = hookgate
    .createReceiver(batches, { logger: quiet, dedupe: { store: bigStore(), strict: true } })
    .on("opened", async () => {});
  let next = 0;
  return async () => {
    const items = Array.from({ length: count }, () => ({ id: `e${next++}`, type: "opened" }));
    const body = Buffer.from(JSON.stringify(items));
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const headers = { "content-type": "application/json", "x-signature": signature };
    const { name } = await receiver.receive({ method: "POST", url: "/", headers, body });
    if (name !== "processed") throw new Error(`a delivery was ${name}`);
  };
});
await grow("Bytes of a body", [1_024, 10_240, 102_400, 1_048_576, 10_485_760], (bytes) =>
  delivering(stripeReceiver({ maxBodyBytes: 20_971_520 }), bytes),
);
await grow("Keys in the memory store", [1, 100_000, 1_000_000, 2_000_000], async (count) => {
  const store = bigStore();
  for (let at = 1; at < count; at++) {
    const key = createHmac("sha256", "key").update(String(at)).digest("base64url");
    store.claim({ key, token: "t", leaseSeconds: 60, bodyDigest: "" });
    store.complete(key, "t", { reply: undefined }, 604_800);
  }
  return delivering(stripeReceiver({ dedupe: { store } }));
});
await grow("Receivers in the process", [1, 100, 1_000], (count) => {
  const receivers = Array.from({ length: count }, () => stripeReceiver());
  let turn = 0;
  return delivering({ receive: (delivery) => (receivers[turn++ % count] as Receiver).receive(delivery) });
});

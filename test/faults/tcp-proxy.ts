// A network that can be hurt: a TCP proxy in this process, between a receiver and its store.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Each way takes so much longer. */
  delay(ms: number): void;
  /** Half-open: connections stay, new ones are taken, and nothing that is sent arrives. */
  swallow(): void;
  /** What is sent arrives, and no answer comes back. */
  mute(): void;
  /** Ends all connections by RST, and new ones as soon as they come. */
  reset(): void;
  /** As if nothing had been. What was swallowed is lost, and with it the connections that lost it. */
  heal(): void;
  close(): Promise<void>;
}

type Mood = "fine" | "swallowing" | "muted" | "resetting";

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const hurt = new Set<Socket>();
  let mood: Mood = "fine";
  let delayMs = 0;

  function carry(from: Socket, to: Socket, isAnswer: boolean): void {
    // One queue and one timer: bytes never overtake each other, whatever the delay is changed to.
    const queue: { readonly dueMs: number; readonly chunk: Buffer }[] = [];
    let timer: NodeJS.Timeout | undefined;
    function flush(): void {
      timer = undefined;
      for (let next = queue[0]; next !== undefined && next.dueMs <= performance.now(); next = queue[0]) {
        queue.shift();
        if (to.writable) to.write(next.chunk);
      }
      const [next] = queue;
      if (next !== undefined) timer = setTimeout(flush, Math.max(1, next.dueMs - performance.now()));
    }
    from.on("data", (chunk: Buffer) => {
      if (mood === "swallowing" || (mood === "muted" && isAnswer)) {
        hurt.add(from).add(to);
        return;
      }
      queue.push({ dueMs: performance.now() + delayMs, chunk });
      if (timer === undefined) flush();
    });
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }

  const server = createServer((inner) => {
    if (mood === "resetting") {
      inner.resetAndDestroy();
      return;
    }
    if (mood === "swallowing") hurt.add(inner);
    const outer = connect(targetPort, "127.0.0.1");
    for (const socket of [inner, outer]) socket.setNoDelay(true);
    const pair = [inner, outer] as const;
    pairs.add(pair);
    inner.once("close", () => pairs.delete(pair));
    carry(inner, outer, false);
    carry(outer, inner, true);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    delay(ms) {
      delayMs = ms;
    },
    swallow() {
      mood = "swallowing";
    },
    mute() {
      mood = "muted";
    },
    reset() {
      mood = "resetting";
      for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    },
    heal() {
      mood = "fine";
      delayMs = 0;
      for (const socket of hurt) socket.destroy();
      hurt.clear();
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

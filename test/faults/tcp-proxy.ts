// A network that can be hurt: a TCP proxy in this process, between a receiver and its store.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Each way takes so much longer. */
  delay(ms: number): void;
  /** Half-open: connections stay, new ones are taken, and nothing that is sent arrives. */
  swallow(): void;
  /** Ends all connections by RST, and new ones as soon as they come. */
  reset(): void;
  /** As if nothing had been. What was swallowed is lost, and with it the connections that lost it. */
  heal(): void;
  close(): Promise<void>;
}

type Mood = "fine" | "swallowing" | "resetting";

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const hurt = new Set<Socket>();
  let mood: Mood = "fine";
  let delayMs = 0;

  function carry(from: Socket, to: Socket): void {
    from.on("data", (chunk) => {
      if (mood === "swallowing") {
        hurt.add(from).add(to);
        return;
      }
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), delayMs);
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
    carry(inner, outer);
    carry(outer, inner);
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

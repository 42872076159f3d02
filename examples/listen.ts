// Listens when the example is the program that was started, and not when a test imports it.
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export function listenWhenRun(moduleUrl: string, app: RequestListener, mountedAt: string): void {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  const server = createServer(app);
  server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}${mountedAt}`);
  });
}

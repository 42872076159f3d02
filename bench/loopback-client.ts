// The load of loopback.ts, in a process of its own so that its CPU time is not the server's.
import autocannon from "autocannon";
import { stripeLike } from "./fixtures.js";
import { PATH } from "./routes.js";

export interface LoadRequest {
  readonly port: number;
  readonly amount: number;
  readonly bytes: number;
}

process.on("message", (request: LoadRequest) => void load(request));
process.send?.("ready");

async function load({ port, amount, bytes }: LoadRequest): Promise<void> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${PATH}`,
    connections: 8,
    amount,
    requests: [
      {
        method: "POST",
        // Signed one by one: each has an id of its own.
        setupRequest(request) {
          const { body, headers } = stripeLike(bytes);
          return { ...request, body, headers: { ...request.headers, "content-type": "application/json", ...headers } };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  process.send?.("done");
}

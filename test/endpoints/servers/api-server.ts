// A sender's API on this machine: a table of routes, faults by order, and everything that was asked.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { start } from "../../support/listen.js";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong instead of the next answers. `hang`: nothing comes. `reset`: the connection breaks. `text`: no JSON. */
export type Fault = Answer | "hang" | "reset" | { readonly text: string };

export interface ApiServer {
  readonly url: string;
  readonly asked: Asked[];
  /** The next calls that fit end so. */
  fail(fault: Fault, times?: number, fits?: (asked: Asked) => boolean): void;
  close(): Promise<void>;
}

export async function apiServer(answer: (asked: Asked) => Answer | Promise<Answer>): Promise<ApiServer> {
  const asked: Asked[] = [];
  const faults: { fault: Fault; times: number; fits: (asked: Asked) => boolean }[] = [];
  const server = createServer((req, res) => {
    void handle(req, res).catch((error: unknown) => {
      res.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const url = new URL(req.url ?? "/", "http://api");
    const one: Asked = {
      method: req.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
      body: Buffer.concat(chunks).toString(),
    };
    asked.push(one);
    const due = faults.find(({ times, fits }) => times > 0 && fits(one));
    if (due !== undefined) {
      due.times--;
      if (due.fault === "hang") return;
      if (due.fault === "reset") {
        req.socket.destroy();
        return;
      }
      if ("text" in due.fault) {
        res.writeHead(200, { "content-type": "text/html" }).end(due.fault.text);
        return;
      }
      write(res, due.fault);
      return;
    }
    write(res, await answer(one));
  }

  const { origin, close } = await start(server);
  return {
    url: origin,
    asked,
    fail(fault, times = 1, fits = () => true) {
      faults.push({ fault, times, fits });
    },
    close,
  };
}

function write(res: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  res.writeHead(status, { ...(text === "" ? {} : { "content-type": "application/json; charset=utf-8" }), ...headers });
  res.end(text);
}

/** What a receiver answered; 0 where nobody did. */
export async function deliver(url: string, headers: Record<string, string>, body: string): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(5_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

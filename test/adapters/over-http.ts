// How a server is reached: real HTTP/1.1 and HTTP/2, with exact control over header lines and framing.

import { type RequestListener, request, type Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { start } from "../support/listen.js";
import { type Heard, type Mounted, PEER, type Wire } from "./conformance.js";

export async function listening(app: RequestListener | Server): Promise<Mounted> {
  const { port, close } = await start(app);
  return { send: (wire) => sendHttp1(port, wire), close };
}

export function sendHttp1(port: number, { method, target, headers, body, isChunked }: Wire): Promise<Heard> {
  const framing = isChunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(body.length)];
  const lines = ["Host", `${PEER}:${port}`, ...headers.flat(), ...(method === "GET" ? [] : framing)];
  return new Promise((resolve, reject) => {
    let hasAnswer = false;
    const req = request({ host: PEER, port, method, path: target, headers: lines, agent: false }, (res) => {
      hasAnswer = true;
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("error", reject);
      res.on("end", () => resolve({ status: res.statusCode ?? 0, headers: joined(res.headers), body: text }));
    });
    // An early answer may close the connection while the body is being written.
    req.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    req.end(method === "GET" ? undefined : body);
  });
}

export async function listeningHttp2(app: (req: never, res: never) => void): Promise<Mounted> {
  const server = createHttp2((req, res) => app(req as never, res as never));
  const { port, close } = await start(server);
  return toHttp2(port, close);
}

/** One connection to a port that speaks HTTP/2. */
export function toHttp2(port: number, closeServer: () => Promise<void>): Mounted {
  const client = connectHttp2(`http://${PEER}:${port}`);
  async function send({ method, target, headers, body, isChunked }: Wire): Promise<Heard> {
    const lines: Record<string, string | string[]> = { ":method": method, ":path": target };
    for (const [name, value] of headers) {
      const before = lines[name.toLowerCase()];
      lines[name.toLowerCase()] = before === undefined ? value : [before, value].flat();
    }
    if (!isChunked && method !== "GET") lines["content-length"] = String(body.length);
    const stream = client.request(lines, { endStream: method === "GET" });
    return await new Promise((resolve, reject) => {
      let text = "";
      let heard: Omit<Heard, "body"> | undefined;
      stream.setEncoding("utf8");
      stream.on("response", ({ ":status": status, ...rest }) => {
        heard = { status: Number(status), headers: joined(rest) };
      });
      stream.on("data", (chunk: string) => {
        text += chunk;
      });
      stream.on("error", (error) => {
        if (heard === undefined) reject(error);
      });
      stream.on("close", () => {
        if (heard === undefined) reject(new Error("the stream closed without an answer"));
        else resolve({ ...heard, body: text });
      });
      if (method !== "GET") stream.end(body);
    });
  }
  return {
    send,
    close: async () => {
      client.close();
      await closeServer();
    },
  };
}

export function joined(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const pairs = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name, [value].flat().join(", ")]));
}

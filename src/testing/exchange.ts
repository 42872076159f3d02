// How does a signed request get onto the wire exactly as it was signed, and how does the answer come back?
import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { SignedDelivery } from "./compose.js";

export interface Destination {
  readonly host: string;
  readonly port: number | undefined;
  readonly isTls: boolean;
  /** Path and query, as they are written. */
  readonly target: string;
  /** A server of the test itself may have any certificate. */
  readonly isOwn: boolean;
}

/** An answer as it came. */
export interface Exchanged {
  readonly status: number;
  /** Lower-case names; lines of one name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request on a connection of its own. `node:http` and not `fetch`, which forbids some headers and rewrites URLs. */
export function exchange(to: Destination, request: Omit<SignedDelivery, "id">): Promise<Exchanged> {
  const { headers, body, method } = request;
  const hasLength = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    host: to.host,
    port: to.port,
    path: to.target,
    method,
    headers: hasLength ? headers : { ...headers, "content-length": String(body.length) },
    agent: false,
    ...(to.isOwn && to.isTls ? { rejectUnauthorized: false } : {}),
  };
  return new Promise((resolve, reject) => {
    let hasAnswer = false;
    const req = (to.isTls ? requestHttps : requestHttp)(options, (res: IncomingMessage) => {
      hasAnswer = true;
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        const lines = Object.entries(res.headers).map(([name, value]) => [name, [value].flat().join(", ")] as const);
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: res.statusCode ?? 0, headers: Object.fromEntries(lines), body: text });
      });
    });
    // An early answer may close the connection while the body is still being written: the answer counts.
    req.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    req.end(body);
  });
}

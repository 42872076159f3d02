// Where does a signed request go, and how is its connection opened, with every header as it was signed?
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
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

/** The request with its head; the body is for the caller to write. */
export function openRequest(
  to: Destination,
  { method, headers, body }: Omit<SignedDelivery, "id">,
  onAnswer: (res: IncomingMessage) => void,
): ClientRequest {
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
  return (to.isTls ? requestHttps : requestHttp)(options, onAnswer);
}

/** Status and headers of an answer; lines of one name are joined. */
export function headOf(res: IncomingMessage): { status: number; headers: Readonly<Record<string, string>> } {
  const lines = Object.entries(res.headers).map(([name, value]) => [name, [value].flat().join(", ")] as const);
  return { status: res.statusCode ?? 0, headers: Object.fromEntries(lines) };
}

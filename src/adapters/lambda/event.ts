// Converts the HTTP events of AWS Lambda into deliveries.
import type { Delivery } from "../../core/delivery.js";
import { HeaderLines } from "../../lib/headers.js";

type Texts = { readonly [name: string]: string | undefined };

/** API Gateway REST APIs, and HTTP APIs with payload format 1.0. */
export interface ApiGatewayV1Event {
  readonly httpMethod: string;
  readonly path: string;
  readonly headers: Texts | null;
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null;
  readonly queryStringParameters: Texts | null;
  readonly multiValueQueryStringParameters?: { readonly [name: string]: readonly string[] | undefined } | null;
  readonly pathParameters: Texts | null;
  readonly requestContext: { readonly path?: string; readonly identity: { readonly sourceIp: string } };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** HTTP APIs with payload format 2.0, and function URLs. */
export interface ApiGatewayV2Event {
  readonly version: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Texts;
  readonly pathParameters?: Texts;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp: string } };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Converts the event. @throws {TypeError} For an event that is not an HTTP request of these kinds. */
export function deliveryOf(event: ApiGatewayV1Event | ApiGatewayV2Event): Delivery {
  if (isV2(event)) return ofV2(event);
  if (isV1(event)) return ofV1(event);
  throw new TypeError(
    "lambdaHandler: the event is not an HTTP request of API Gateway or a function URL; use another handler for load balancers, queues and test events",
  );
}

function isV2(event: unknown): event is ApiGatewayV2Event {
  const { version, requestContext } = (event ?? {}) as Partial<ApiGatewayV2Event>;
  return version === "2.0" && typeof requestContext?.http?.method === "string";
}

function isV1(event: unknown): event is ApiGatewayV1Event {
  const { httpMethod, requestContext } = (event ?? {}) as Partial<ApiGatewayV1Event>;
  return typeof httpMethod === "string" && typeof requestContext?.identity === "object";
}

function ofV2(event: ApiGatewayV2Event): Delivery {
  const { http } = event.requestContext;
  return {
    method: http.method.toUpperCase(),
    url: event.rawQueryString === "" ? event.rawPath : `${event.rawPath}?${event.rawQueryString}`,
    // AWS joins repeated header lines with commas.
    headers: new HeaderLines(Object.entries(event.headers).flatMap(pair), true),
    remoteAddress: http.sourceIp,
    isSecure: true,
    params: present(event.pathParameters),
    body: bytesOf(event.body, event.isBase64Encoded),
  };
}

function ofV1(event: ApiGatewayV1Event): Delivery {
  const { identity, path = event.path } = event.requestContext;
  const many = event.multiValueHeaders;
  const lines = many
    ? Object.entries(many).flatMap(([name, values = []]) => values.flatMap((value) => [name, value]))
    : Object.entries(event.headers ?? {}).flatMap(pair);
  const query = queryOf(event);
  return {
    method: event.httpMethod.toUpperCase(),
    url: query === "" ? path : `${path}?${query}`,
    headers: new HeaderLines(lines),
    remoteAddress: identity.sourceIp,
    isSecure: true,
    params: present(event.pathParameters),
    body: bytesOf(event.body, event.isBase64Encoded),
  };
}

/** AWS passes the query decoded, so it is encoded again: order and escapes may differ from the request. */
function queryOf(event: ApiGatewayV1Event): string {
  const many = event.multiValueQueryStringParameters;
  const pairs = many
    ? Object.entries(many).flatMap(([name, values = []]) => values.map((value) => [name, value] as const))
    : Object.entries(event.queryStringParameters ?? {}).map(([name, value = ""]) => [name, value] as const);
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}

function pair([name, value]: readonly [string, string | undefined]): string[] {
  return value === undefined ? [] : [name, value];
}

function present(texts: Texts | null | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function bytesOf(body: string | null | undefined, isBase64Encoded: boolean): Buffer {
  return Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
}

// The conformance suite on AWS Lambda, and what is its own there.

import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { createReceiver } from "hookgate";
import { lambdaHandler } from "hookgate/lambda";
import { describe, expect, it } from "vitest";
import { erp, event, gate, receiverOf, signed } from "../receiver/harness.js";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";
import { describeAdapter, type Mounted, PEER, type Wire } from "./conformance.js";

const tenantIn = (target: string): string => /^\/hooks\/([^?]*)/.exec(target)?.[1] ?? "";

function bodyOf({ method, body }: Wire): { body: string | null; isBase64Encoded: boolean } {
  if (method === "GET") return { body: null, isBase64Encoded: false };
  const isText = Buffer.from(body.toString("utf8")).equals(body);
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/** As a REST API hands it over. */
function v1Of(wire: Wire): APIGatewayProxyEvent {
  const [path = "", query] = wire.target.split("?");
  const many: Record<string, string[]> = {};
  for (const [name, value] of wire.headers) many[name] = [...(many[name] ?? []), value];
  const queries = query === undefined ? null : Object.fromEntries(new URLSearchParams(query));
  return {
    resource: "/hooks/{tenant}",
    httpMethod: wire.method,
    path,
    headers: Object.fromEntries(wire.headers),
    multiValueHeaders: many,
    queryStringParameters: queries,
    multiValueQueryStringParameters:
      queries === null ? null : Object.fromEntries(Object.entries(queries).map(([name, value]) => [name, [value]])),
    pathParameters: { tenant: tenantIn(wire.target) },
    stageVariables: null,
    requestContext: { path: `/prod${path}`, stage: "prod", identity: { sourceIp: PEER } } as never,
    ...bodyOf(wire),
  };
}

/** As an HTTP API and a function URL do: lower-case names, repeats joined by commas. */
function v2Of(wire: Wire, pathParameters?: Record<string, string>): APIGatewayProxyEventV2 {
  const [rawPath = "", rawQueryString = ""] = wire.target.split("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of wire.headers) {
    const lower = name.toLowerCase();
    headers[lower] = lower in headers ? `${headers[lower]},${value}` : value;
  }
  const { body, isBase64Encoded } = bodyOf(wire);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    requestContext: { http: { method: wire.method, path: rawPath, sourceIp: PEER } } as never,
    isBase64Encoded,
    ...(body === null ? {} : { body }),
    ...(pathParameters === undefined ? {} : { pathParameters }),
  };
}

type Handler = ReturnType<typeof lambdaHandler>;
function invoking(handle: Handler, eventOf: (wire: Wire) => Parameters<Handler>[0]): Mounted {
  return {
    send: async (wire) => {
      const { statusCode, headers, body, isBase64Encoded } = await handle(eventOf(wire));
      return { status: statusCode, headers, body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString() };
    },
    close: async () => undefined,
  };
}

describeAdapter({
  name: "Lambda behind a REST API (payload format 1.0)",
  hasParams: true,
  mount: async (receiver) => invoking(lambdaHandler(receiver), v1Of),
});

describeAdapter({
  name: "Lambda behind an HTTP API (payload format 2.0)",
  hasParams: true,
  mount: async (receiver) => invoking(lambdaHandler(receiver), (wire) => v2Of(wire, { tenant: tenantIn(wire.target) })),
});

describeAdapter({
  name: "Lambda behind a function URL",
  hasParams: false,
  mount: async (receiver) => invoking(lambdaHandler(receiver), (wire) => v2Of(wire)),
});

function urlEvent(body: string) {
  const headers = Object.entries(signed(body));
  return v2Of({ method: "POST", target: "/", headers, body: Buffer.from(body), isChunked: false });
}

describe("lambdaHandler", () => {
  it("decodes a text body that came as base64", async () => {
    const { receiver, calls } = receiverOf();
    const body = event("thing.made", "evt_base64");
    const answer = await lambdaHandler(receiver)({
      ...urlEvent(body),
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    });
    expect([answer.statusCode, calls]).toEqual([200, ["evt_base64"]]);
  });

  it("answers bytes as base64, and nothing with 204", async () => {
    const replies = [{ body: Buffer.from([0xff]) }, { status: 204, body: "dropped" }];
    const { receiver } = receiverOf((_, context) => context.reply(replies.shift() ?? {}));
    const handle = lambdaHandler(receiver);
    expect(await handle(urlEvent(event()))).toEqual({
      statusCode: 200,
      headers: {},
      body: "/w==",
      isBase64Encoded: true,
    });
    expect(await handle(urlEvent(event()))).toMatchObject({ statusCode: 204, body: "", isBase64Encoded: false });
  });

  it("waits for a handler that still runs when its sender is asked to retry: nothing runs after the answer", async () => {
    const end = gate();
    const names: string[] = [];
    let isDone = false;
    const { receiver } = receiverOf(
      async () => {
        await end.opened;
        isDone = true;
      },
      { answerWithinSeconds: 0.02, onOutcome: ({ name }) => names.push(name) },
    );
    let isAnswered = false;
    const handle = lambdaHandler(receiver);
    const body = event();
    const answered = handle(urlEvent(body), { getRemainingTimeInMillis: () => 60_000 }).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await until(() => names.includes("handler_running"));
    expect(isAnswered).toBe(false);
    end.open();
    expect((await answered).statusCode).toBe(503);
    expect(isDone).toBe(true);
    expect((await handle(urlEvent(body))).statusCode).toBe(200);
  });

  it("answers before the invocation ends, though the handler does not", async () => {
    const end = gate();
    const { receiver } = receiverOf(() => end.opened, { answerWithinSeconds: 0.02 });
    const answer = await lambdaHandler(receiver)(urlEvent(event()), { getRemainingTimeInMillis: () => 510 });
    expect(answer.statusCode).toBe(503);
    end.open();
  });

  it("sees the path as it was sent, with the stage", async () => {
    const paths: (string | undefined)[] = [];
    const receiver = createReceiver(erp(), { logger: quietLogger, onOutcome: ({ path }) => paths.push(path) });
    const body = event();
    const wire = { method: "POST", target: "/hooks/a", headers: Object.entries(signed(body)), body: Buffer.from(body) };
    await lambdaHandler(receiver)(v1Of({ ...wire, isChunked: false }));
    expect(paths).toEqual(["/prod/hooks/a"]);
  });

  it.each([
    ["a queue", { Records: [] }],
    ["a load balancer", { httpMethod: "POST", path: "/", requestContext: { elb: {} } }],
    ["nothing", undefined],
  ])("rejects an event of %s with what it is for", async (_, other) => {
    const { receiver } = receiverOf();
    await expect(lambdaHandler(receiver)(other as never)).rejects.toThrow(/not an HTTP request of API Gateway/);
  });

  it("is not built of what is no receiver", () => {
    expect(() => lambdaHandler(() => undefined)).toThrow(/must come from createReceiver/);
    expect(() => lambdaHandler({})).toThrow(TypeError);
  });
});

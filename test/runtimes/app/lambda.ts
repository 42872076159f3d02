// The application as an AWS Lambda function behind a function URL (payload format 2.0), invoked for each request that has ended.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiGatewayV2Event, lambdaHandler } from "hookgate/lambda";
import { receiverAt, reportText } from "./receivers.js";

const context = { getRemainingTimeInMillis: () => 30_000 };

const server = createServer(async (req, res) => {
  const receiver = receiverAt(req.url ?? "");
  if (receiver === undefined) return res.end(reportText());
  const body = await bodyOf(req).catch(() => undefined);
  if (body === undefined) return res.destroy(); // AWS invokes nothing for half a request
  const answer = await lambdaHandler(receiver)(eventOf(req, body), context);
  res.writeHead(answer.statusCode, answer.headers);
  return res.end(Buffer.from(answer.body, answer.isBase64Encoded ? "base64" : "utf8"));
});
server.listen(0, "127.0.0.1", () => console.log(`port ${(server.address() as AddressInfo).port}`));

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function eventOf(req: IncomingMessage, body: Buffer): ApiGatewayV2Event {
  const [rawPath = "/", rawQueryString = ""] = (req.url ?? "/").split("?");
  return {
    version: "2.0",
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)])),
    requestContext: { http: { method: req.method ?? "POST", sourceIp: "192.0.2.1" } },
    body: body.toString("base64"),
    isBase64Encoded: true,
  };
}

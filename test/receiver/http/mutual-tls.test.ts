// A sender that shows a client certificate, over real TLS.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { createReceiver, defineSender, json } from "hookgate";
import { clientCertificate } from "hookgate/auth/client-certificate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeServers, listen } from "../../support/listen.js";

const pem = (name: string): string =>
  readFileSync(new URL(`../../vectors/certificates/${name}.pem`, import.meta.url), "utf8");
/** The fixtures' own time: they are not renewed. */
const AGENT = { rejectUnauthorized: false } as const;

describe("clientCertificate on node:https", () => {
  let port: number;
  const handled: string[] = [];

  beforeAll(async () => {
    const sender = defineSender({
      name: "bank",
      auth: clientCertificate({ names: ["hooks.sender.test"], roots: [pem("intermediate")] }),
      event: { type: json("type") },
    });
    const receiver = createReceiver(sender, { onOutcome: () => undefined });
    receiver.on("*", (event) => {
      handled.push(event.type);
    });
    const tls = { key: pem("leaf-key"), cert: pem("leaf"), requestCert: true, rejectUnauthorized: false };
    port = await listen(createServer(tls, receiver));
  });
  afterAll(closeServers);

  async function deliver(client: object): Promise<{ status: number | undefined; body: string }> {
    const req = request({
      host: "127.0.0.1",
      port,
      method: "POST",
      headers: { "content-type": "application/json" },
      agent: false,
      ...AGENT,
      ...client,
    });
    req.end('{"type":"payment.settled"}');
    const [res] = await once(req, "response");
    let body = "";
    for await (const chunk of res) body += chunk;
    return { status: res.statusCode, body };
  }

  it("takes the certificate that the sender's CA issued", async () => {
    const client = { key: pem("leaf-key"), cert: `${pem("leaf")}${pem("intermediate")}` };
    expect(await deliver(client)).toEqual({ status: 200, body: "" });
    expect(handled).toEqual(["payment.settled"]);
  });

  it.each([
    ["no certificate", {}],
    ["one that another issued", { key: pem("forged-leaf-key"), cert: pem("forged-leaf") }],
  ])("answers 401 to %s, and no handler runs", async (_name, client) => {
    handled.length = 0;
    const { status, body } = await deliver(client);
    expect(status).toBe(401);
    expect(JSON.parse(body)).toMatchObject({ code: "unauthenticated" });
    expect(handled).toEqual([]);
  });
});

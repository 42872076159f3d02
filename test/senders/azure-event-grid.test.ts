// Checks the sender Azure Event Grid.

import { createPrivateKey } from "node:crypto";
import { azureEventGrid } from "hookgate/senders";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("Azure Event Grid's handshakes", () => {
  const event = { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "c-1" } };
  const body = JSON.stringify([event]);
  it("answers the validation event where the token is right", async () => {
    const { seen, receive } = at(azureEventGrid({ token: secret }));
    const url = `/hook?token=${secret}`;
    expect(await receive({ url, headers: JSON_TYPE, body })).toMatchObject(answered('{"validationResponse":"c-1"}'));
    expect(await receive({ url: "/hook?token=x", headers: JSON_TYPE, body })).toMatchObject({
      name: "unauthenticated",
    });
    expect(seen).toEqual([]);
  });

  it("answers OPTIONS of the CloudEvents schema, with the token only", async () => {
    const { receive } = at(azureEventGrid({ token: secret }));
    const headers = { "webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120" };
    const outcome = await receive({ method: "OPTIONS", url: `/hook?token=${secret}`, headers });
    expect(outcome.reply.headers).toMatchObject({
      "webhook-allowed-origin": "eventgrid.azure.net",
      "webhook-allowed-rate": "*",
    });
    expect(await receive({ method: "OPTIONS", url: "/hook", headers })).toMatchObject({ name: "unauthenticated" });
  });
});

describe(documentedAt("https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery"), () => {
  const { publicKey, privateKey } = rsaPair();
  const tenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const entra = { tenantId, audience: "api://grid-hook", publicKey };
  const caller = "4962773b-9cdb-44cf-a8bf-237846a00ab7";
  const versions = {
    one: { iss: `https://sts.windows.net/${tenantId}/`, appid: caller },
    two: { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, azp: caller },
  };
  const body = JSON.stringify([{ id: "e1", eventType: "Microsoft.Storage.BlobCreated", data: {} }]);
  async function receive(claims: object) {
    const { seen, receive: deliver } = at(azureEventGrid({ entra }));
    const token = await new SignJWT({ aud: "api://grid-hook", ...claims })
      .setProtectedHeader({ alg: "RS256" })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(createPrivateKey(privateKey));
    const outcome = await deliver({ headers: { ...JSON_TYPE, authorization: `Bearer ${token}` }, body });
    return { name: outcome.name, seen };
  }

  it.each(Object.entries(versions))("takes Event Grid's own token of version %s", async (_name, claims) => {
    const { name, seen } = await receive(claims);
    expect(name).toBe("processed");
    expect(seen).toMatchObject([{ id: "e1", type: "Microsoft.Storage.BlobCreated" }]);
  });

  it.each<[string, object]>([
    ["of another caller", { ...versions.one, appid: "00000000-0000-0000-0000-000000000000" }],
    ["without a caller", { iss: versions.one.iss }],
    ["with the caller's claim of the other version", { iss: versions.two.iss, appid: caller }],
    ["of another directory", { ...versions.one, iss: versions.one.iss.replace("72f9", "82f9") }],
    ["for another application", { ...versions.two, aud: "api://another" }],
  ])("refuses one %s", async (_name, claims) => {
    expect((await receive(claims)).name).toBe("unauthenticated");
  });

  it("throws for a directory that is none, for both kinds of proof, and for neither", () => {
    expect(() => azureEventGrid({ entra: { ...entra, tenantId: "common" } })).toThrow(
      /^azureEventGrid: entra\.tenantId/,
    );
    expect(() => azureEventGrid({ entra, token: secret })).toThrow(/either token or entra/);
    expect(() => azureEventGrid({})).toThrow(TypeError);
  });
});

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "CloudEvents",
      azureEventGrid({ token: secret }),
      { specversion: "1.0", source: "/s", id: "1", type: "T" },
      { type: "T", id: "/s.1" },
      { contentType: "application/cloudevents+json" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

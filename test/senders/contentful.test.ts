// Checks the sender Contentful.

import { signRequest, verifyRequest } from "@contentful/node-apps-toolkit";
import { contentful } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { send } from "../support/senders/send.js";
import { freshnessOracle, vectorOracle } from "../support/senders/vector-oracle.js";

/** As long as Contentful's. */
const secret = "0123456789abcdef".repeat(4);
const CONTENTFUL_PATH = "/webhooks/saas?a=1&b=c%20d";

freshnessOracle(
  "contentful",
  vectorOracle("contentful", ({ secretOrKey: key }) => contentful({ secret: key })),
  30,
);

libraryOracle("@contentful/node-apps-toolkit", {
  sender: contentful({ secret }),
  url: `https://example.com${CONTENTFUL_PATH}`,
  type: "ContentManagement.Entry.publish",
  payload: { sys: { id: "e1" }, note: NOTE },
  accepts: (signed) =>
    verifyRequest(
      secret,
      { method: "POST", path: CONTENTFUL_PATH, headers: { ...signed.headers }, body: signed.body },
      30,
    ),
  makes() {
    const body = JSON.stringify({ note: NOTE });
    const topic = { "x-contentful-topic": "ContentManagement.Entry.publish", "content-type": "application/json" };
    const signed = signRequest(secret, { method: "POST", path: CONTENTFUL_PATH, headers: topic, body }, Date.now());
    return {
      url: `https://example.com${CONTENTFUL_PATH}`,
      headers: { ...topic, ...(signed as unknown as Record<string, string>) },
      body,
    };
  },
});

describe("what is not signed", () => {
  it("a header that is not named is not bound, and the list itself must name the time", async () => {
    const { signed, receive, outcome } = await send(
      contentful({ secret }),
      { sys: {} },
      { headers: { "x-contentful-topic": "T" } },
    );
    expect(outcome).toMatchObject({ name: "processed" });
    expect(outcome.trace.find((line) => line.check === "extract-events")?.hint).toContain(
      "x-contentful-topic (signed)",
    );
    const unlisted = { ...signed.headers, "x-contentful-signed-headers": "content-type" };
    expect(await receive({ ...signed, url: "/hook", headers: unlisted })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ ...signed, url: "/other" })).toMatchObject({ name: "unauthenticated" });
  });
});

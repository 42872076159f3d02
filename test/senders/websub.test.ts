// Checks the sender WebSub.

import { createHmac } from "node:crypto";
import { websub } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

for (const algorithm of ["sha1", "sha256", "sha384", "sha512"]) {
  documentationOracle("https://www.w3.org/TR/websub/", {
    kind: algorithm,
    sender: websub({ secret, topics: "*" }),
    body: "<feed/>",
    headers: (body) => ({
      "content-type": "application/atom+xml",
      "x-hub-signature": `${algorithm}=${hex(body, secret, algorithm)}`,
    }),
    seen: { type: "content", id: undefined },
  });
}

describe("websub", () => {
  const { receive } = receiverOf(websub({ secret, topics: ["https://example.com/feed"] }));
  const ask = (mode: string, topic: string) =>
    receive({
      method: "GET",
      url: `/?${new URLSearchParams({ "hub.mode": mode, "hub.topic": topic, "hub.challenge": "c1" }).toString()}`,
    });

  it.each([
    ["subscribe", "https://example.com/feed", 200, "c1"],
    ["subscribe", "https://example.com/other", 404, ""],
    ["unsubscribe", "https://example.com/feed", 404, ""],
    ["unsubscribe", "https://example.com/other", 200, "c1"],
    ["denied", "https://example.com/feed", 200, ""],
  ])("answers %s for %s with %i", async (mode, topic, status, body) => {
    expect((await ask(mode, topic)).reply).toMatchObject({ status, body });
  });

  it("is not built without topics", () => {
    expect(() => websub({ secret, topics: [""] })).toThrow(/websub: topics must be a list/);
    expect(() => websub({ secret } as never)).toThrow(/websub: topics must be a list/);
  });
});

// Checks the sender Discourse.

import { createHmac } from "node:crypto";
import { discourse } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

describe("discourse, the content type of forms", () => {
  const signed = (body: string) => ({
    ...FORM_TYPE,
    "x-discourse-event-signature": `sha256=${hmac(body, "hex")}`,
    "x-discourse-event-id": "1",
    "x-discourse-event-type": "post",
    "x-discourse-event": "post_created",
  });

  it.each([
    ["JSON", JSON.stringify({ post: { id: 1, raw: "a=b&c" } }), { post: { id: 1, raw: "a=b&c" } }],
    ["a form", "id=1&raw=a+b", { id: "1", raw: "a b" }],
  ])("%s under it is read", async (_, body, payload) => {
    const { seen, receive } = delivered(discourse({ secret }));
    expect(await receive({ headers: signed(body), body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "post_created", payload }]);
  });

  it("JSON that is broken is not taken for a form", async () => {
    const { receive } = delivered(discourse({ secret }));
    expect((await receive({ headers: signed('{"a":'), body: '{"a":' })).reply.status).toBe(400);
  });

  it("a ping has the type of its kind of event", async () => {
    const { seen, receive } = delivered(discourse({ secret }));
    const body = '{"ping":"OK"}';
    const { "x-discourse-event": _, ...headers } = signed(body);
    await receive({ headers: { ...headers, "x-discourse-event-type": "ping" }, body });
    expect(seen).toMatchObject([{ type: "ping", id: "1" }]);
  });
});

documentationOracle("https://github.com/discourse/discourse/blob/main/app/jobs/regular/emit_web_hook_event.rb", {
  sender: discourse({ secret }),
  body: { post: { id: 1 } },
  headers: (body) => ({
    "x-discourse-event": "post_created",
    "x-discourse-event-id": "7",
    "x-discourse-event-signature": `sha256=${hex(body)}`,
  }),
  seen: { type: "post_created", id: "7" },
});

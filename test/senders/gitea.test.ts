// Checks the sender Gitea and Forgejo.

import { createHmac } from "node:crypto";
import { gitea } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

describe("gitea, a form", () => {
  const json = JSON.stringify({ ref: "refs/heads/main", note: "é & + %20" });
  const headers = {
    ...FORM_TYPE,
    "x-gitea-signature": hmac(json, "hex"),
    "x-gitea-event": "push",
    "x-gitea-delivery": "d1",
  };
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

  it("is read, and its JSON is what is signed", async () => {
    const { seen, receive } = delivered(gitea({ secret }));
    expect(await receive({ headers, body: form({ payload: json }) })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "push", id: "d1", payload: JSON.parse(json) }]);
  });

  it.each([
    ["another text in the field", form({ payload: `${json} ` }), 401],
    ["the JSON without a form", json, 400],
    ["a second field", form({ payload: json, more: "1" }), 400],
    ["the field twice", `${form({ payload: json })}&${form({ payload: "{}" })}`, 400],
    ["no field", "", 400],
  ])("is refused with %s", async (_, body, status) => {
    const { seen, receive } = delivered(gitea({ secret }));
    expect((await receive({ headers, body })).reply.status).toBe(status);
    expect(seen).toEqual([]);
  });

  it("a signature over a form as a whole is none", async () => {
    const { receive } = delivered(gitea({ secret }));
    const body = form({ payload: json });
    const outcome = await receive({ headers: { ...headers, "x-gitea-signature": hmac(body, "hex") }, body });
    expect(outcome.reply.status).toBe(401);
  });
});

documentationOracle("https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go", {
  sender: gitea({ secret }),
  body: { ref: "refs/heads/main" },
  headers: (body) => ({
    "x-gitea-event": "push",
    "x-gitea-delivery": "d1",
    "x-gitea-signature": createHmac("sha256", secret).update(body).digest("hex"),
  }),
  seen: { type: "push", id: "d1" },
});

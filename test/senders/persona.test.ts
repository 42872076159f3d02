// Checks the sender Persona.

import { persona } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("how they write", () => {
  it("persona: either of two groups of a rotation is enough", async () => {
    const { signed, receive } = await send(persona({ secret }), {
      data: { id: "1", attributes: { name: "inquiry.completed" } },
    });
    const t = signed.headers["persona-signature"]?.split(",")[0];
    const both = `${t},v1=${"0".repeat(64)} ${signed.headers["persona-signature"]}`;
    expect(await receive({ ...signed, headers: { ...signed.headers, "persona-signature": both } })).toMatchObject({
      name: "processed",
    });
  });
});

// Checks the sender Discord.

import { generateKeyPairSync } from "node:crypto";
import { verifyKey } from "discord-interactions";
import { discord } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";
import { header, type Signed } from "../support/senders/signed.js";
import { readVectors, vectorOracle } from "../support/senders/vector-oracle.js";

const ed25519 = generateKeyPairSync("ed25519");
/** Discord shows its key as the 32 bytes themselves: the end of the SPKI form. */
const discordKey = ed25519.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
const ed25519Pkcs8 = ed25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
function discordAccepts(signed: Signed): Promise<boolean> {
  const [signature, time] = [header(signed, "x-signature-ed25519"), header(signed, "x-signature-timestamp")];
  return verifyKey(signed.body, signature, time, discordKey);
}

vectorOracle("discord", ({ secretOrKey: publicKey }) => discord({ publicKey }));

libraryOracle("discord-interactions", {
  kind: "webhook events",
  sender: discord({ publicKey: discordKey }),
  key: ed25519Pkcs8,
  type: "APPLICATION_AUTHORIZED",
  payload: {
    type: 1,
    event: { type: "APPLICATION_AUTHORIZED", timestamp: "2026-01-02T03:04:05Z", data: { note: NOTE } },
  },
  accepts: discordAccepts,
});

libraryOracle("discord-interactions", {
  kind: "interactions",
  sender: discord({ publicKey: discordKey }),
  key: ed25519Pkcs8,
  type: "application_command",
  payload: { id: "1", type: 2, data: { name: "note", note: NOTE } },
  accepts: discordAccepts,
});

describe("discord", () => {
  const sender = discord({ publicKey: "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c" });
  const [event] = readVectors("discord");

  it("answers the PING of webhook events with 204, and nothing of it reaches a handler", async () => {
    const { seen, receive } = receiverOf(sender);
    const outcome = await receive({
      headers: { ...event?.headers } as Record<string, string>,
      body: event?.body ?? "",
    });
    expect(outcome).toMatchObject({ name: "handshake", reply: { status: 204, body: "" } });
    expect(outcome.reply.headers).toHaveProperty("content-type");
    expect(seen).toEqual([]);
  });

  it("refuses a wrong signature with 401, as Discord wants it", async () => {
    const { receive } = receiverOf(sender);
    const headers = { ...event?.headers, "x-signature-ed25519": "0".repeat(128) } as Record<string, string>;
    expect(await receive({ headers, body: event?.body ?? "" })).toMatchObject({ reply: { status: 401 } });
  });
});

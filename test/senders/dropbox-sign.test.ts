// Checks the sender Dropbox Sign.

import { EventCallbackHelper, EventCallbackRequest } from "@dropbox/sign";
import { dropboxSign } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { libraryOracle } from "../support/senders/library-oracle.js";
import { anySender, send } from "../support/senders/send.js";
import { readVectors } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("Dropbox Sign", () => {
  const [vector] = readVectors("dropbox-sign") as unknown as [{ body: string; secretOrKey: string }];
  const type = { "content-type": "multipart/form-data; boundary=b" };
  const multipart = (json: string) => `--b\r\nContent-Disposition: form-data; name="json"\r\n\r\n${json}\r\n--b--\r\n`;

  it("accepts the published callback in its multipart body, and answers the text it wants", async () => {
    const { seen, receive } = delivered(anySender(dropboxSign({ secret: vector.secretOrKey })));
    const outcome = await receive({ headers: type, body: multipart(vector.body) });
    expect(outcome).toMatchObject({ name: "processed", reply: { status: 200, body: "Hello API Event Received" } });
    expect(seen).toMatchObject([{ type: "account_confirmed", id: undefined }]);
  });

  it("refuses another type, another time, and two fields of the name", async () => {
    const { seen, receive } = delivered(anySender(dropboxSign({ secret: vector.secretOrKey })));
    const status = async (body: string) => (await receive({ headers: type, body })).reply.status;
    expect(await status(multipart(vector.body.replace("account_confirmed", "account_deleted")))).toBe(401);
    expect(await status(multipart(vector.body.replace("1348177752", "1348177753")))).toBe(401);
    const first = multipart(vector.body).replace("--b--\r\n", "");
    expect(await status(first + multipart('{"event":{"event_type":"x"}}'))).toBe(400);
    expect(await status(vector.body)).toBe(400);
    expect(seen).toEqual([]);
  });

  it("tells two signers of one second apart", async () => {
    const event = (signer: string) => ({
      event: {
        event_time: "1",
        event_type: "signature_request_viewed",
        event_metadata: { related_signature_id: signer },
      },
      signature_request: { signature_request_id: "r" },
    });
    const ids = [];
    for (const signer of ["a", "b"]) ids.push((await send(dropboxSign({ secret }), event(signer))).seen[0]?.id);
    expect(ids).toEqual(["signature_request_viewed.1.r.a", "signature_request_viewed.1.r.b"]);
  });
});

libraryOracle("@dropbox/sign", {
  sender: dropboxSign({ secret }),
  type: "signature_request_viewed",
  payload: {
    event: { event_time: "1348177752", event_type: "signature_request_viewed", event_metadata: {} },
    signature_request: { signature_request_id: "r" },
  },
  accepts({ body }) {
    const json = JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1));
    return EventCallbackHelper.isValid(secret, EventCallbackRequest.init(json));
  },
  change: (body) => body.replace("1348177752", "1348177753"),
});

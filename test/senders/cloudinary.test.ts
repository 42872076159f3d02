// Checks the sender Cloudinary.

import { createHash } from "node:crypto";
import { v2 as cloudinarySdk } from "cloudinary";
import { cloudinary } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { anySender } from "../support/senders/send.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("cloudinary", {
  sender: cloudinary({ secret }),
  type: "upload",
  payload: { notification_type: "upload", note: NOTE },
  accepts(signed) {
    cloudinarySdk.config({ api_secret: secret });
    return cloudinarySdk.utils.verifyNotificationSignature(
      signed.body,
      Number(header(signed, "x-cld-timestamp")) as never,
      header(signed, "x-cld-signature"),
    );
  },
});

describe("how it signs", () => {
  it.each([["sha1"], ["sha256"]])("%s, as the account is set", async (algorithm) => {
    const body = '{"notification_type":"upload"}';
    const time = String(Math.floor(Date.now() / 1000));
    const signature = createHash(algorithm)
      .update(body + time + secret)
      .digest("hex");
    const { receive } = delivered(anySender(cloudinary({ secret })));
    const headers = { ...JSON_TYPE, "x-cld-timestamp": time, "x-cld-signature": signature };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(await receive({ headers, body: `${body} ` })).toMatchObject({ name: "unauthenticated" });
  });
});

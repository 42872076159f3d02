// Checks the sender Pusher Channels.

import { pusher } from "hookgate/senders";
import Pusher from "pusher";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("pusher", {
  sender: pusher({ secret }),
  type: "channel_occupied",
  payload: { time_ms: 1, events: [{ name: "channel_occupied", channel: NOTE }] },
  accepts(signed) {
    const sdk = new Pusher({ appId: "1", key: "key", secret, cluster: "eu" });
    const headers = { ...signed.headers, "x-pusher-key": "key" };
    return sdk.webhook({ headers, rawBody: signed.body }).isValid();
  },
});

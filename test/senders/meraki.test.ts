// Checks the sender Cisco Meraki.
import { meraki } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

documentationOracle("https://developer.cisco.com/meraki/webhooks/introduction/#shared-secret", {
  sender: meraki({ token: secret }),
  forged: { body: { sharedSecret: `${secret}x`, alertId: "a1", alertTypeId: "motion_alert" } },
  body: { sharedSecret: secret, alertId: "a1", alertTypeId: "motion_alert" },
  seen: { type: "motion_alert", id: "a1" },
});

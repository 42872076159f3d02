// Checks the sender Ethoca Alerts.
import { ethoca } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

documentationOracle("https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-basics/", {
  sender: ethoca({ username: "hooks", password: secret }),
  forged: { headers: { authorization: `Basic ${Buffer.from(`hooks:${secret}x`).toString("base64")}` } },
  body: { alertType: "fraud" },
  headers: () => ({ authorization: `Basic ${Buffer.from(`hooks:${secret}`).toString("base64")}` }),
  seen: { type: "fraud" },
});

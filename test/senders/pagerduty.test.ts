// Checks the sender PagerDuty.
import { pagerduty } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("pagerduty", ({ secretOrKey: key }) => pagerduty({ secret: key }));

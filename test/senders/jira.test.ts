// Checks the sender Jira.

import { jira } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("jira", ({ secretOrKey: key }) => jira({ secret: key }));

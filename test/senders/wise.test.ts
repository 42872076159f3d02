// Checks the sender Wise.
import { wise } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("wise", ({ secretOrKey: publicKey }) => wise({ publicKey }));

// Checks the sender Coinbase Commerce and Developer Platform.

import { coinbaseCommerce } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("coinbase-commerce", ({ secretOrKey: key }) => coinbaseCommerce({ secret: key }));

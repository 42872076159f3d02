// Checks the sender Bitbucket.
import { bitbucket } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("bitbucket", ({ secretOrKey: key }) => bitbucket({ secret: key }));

// Checks the sender CircleCI.
import { circleci } from "hookgate/senders";
import { vectorOracle } from "../support/senders/vector-oracle.js";

vectorOracle("circleci", ({ secretOrKey: key }) => circleci({ secret: key }));

// The error of a registration that failed although the sender's API answered.
import { SharedError } from "../../lib/across-builds.js";

/**
 * - `not_proven`: the receiver did not take what the sender, or a signed round trip, delivered
 * - `occupied`: the sender holds one endpoint, and it is somebody else's
 * - `not_found`: there is none with that URL or id
 */
export type EndpointErrorCode = "not_proven" | "occupied" | "not_found";

/** What was done before stands; what was registered before is still there. Running it again goes on from there. */
export class EndpointError extends SharedError {
  static override readonly brand = "hookgate.EndpointError";
  override readonly name = "EndpointError";
  readonly code: EndpointErrorCode;

  constructor(code: EndpointErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

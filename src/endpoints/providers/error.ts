// The error of a registration that failed although the sender's API answered.
import { SharedError } from "../../lib/across-builds.js";

/**
 * - `not_proven`: the receiver did not accept the sender's ping or a signed round trip
 * - `occupied`: the sender has only one endpoint, and it has another URL
 * - `not_found`: there is none with that URL or id
 */
export type EndpointErrorCode = "not_proven" | "occupied" | "not_found";

/** The error of a registration. Completed steps and earlier registrations stay in place, and running it again continues. */
export class EndpointError extends SharedError {
  static override readonly brand = "hookgate.EndpointError";
  override readonly name = "EndpointError";
  readonly code: EndpointErrorCode;

  constructor(code: EndpointErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

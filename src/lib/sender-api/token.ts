// Checks that an API token is given, without showing it.
import { kindOf } from "../options.js";

/**
 * The token as it goes onto the wire.
 *
 * @throws {TypeError} Where it is missing, blank, or has white space around it.
 */
export function checkedToken(where: string, option: string, value: unknown): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new TypeError(`${where}: ${option} is missing (${kindOf(value)}); is the environment variable set?`);
  }
  if (value.trim() !== value) {
    throw new TypeError(
      `${where}: ${option} has white space around it; one read from a file often ends in a line break`,
    );
  }
  return value;
}

// Checks that an API token is given. Messages do not show it.
import { kindOf } from "../options.js";

/**
 * The token, checked.
 *
 * @throws {TypeError} When the token is missing or blank, or has white space around it.
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

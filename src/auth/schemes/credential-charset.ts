// Rejects secrets whose text cannot be sent where the sender puts it.

/** RFC 6750 section 2.1, `b64token`; RFC 9110 section 11.2 calls it token68. */
export const TOKEN68: RegExp = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Why a text cannot be sent, without quoting it. `undefined` if it can be sent. */
export type Unsendable = (text: string) => string | undefined;

export const unsendableAsBearer: Unsendable = (text) => {
  if (TOKEN68.test(text)) return undefined;
  const what = strangerIn(text) ?? "a character that bearer tokens do not have";
  return `cannot be sent as a bearer token: it has ${what} (RFC 6750 section 2.1: letters, digits, - . _ ~ + / and then =)`;
};

/** RFC 9110 section 5.5: characters beyond ASCII may arrive changed. A space inside is allowed. */
export const unsendableInHeader: Unsendable = (text) => {
  const what = strangerIn(text.replaceAll(" ", ""));
  return what === undefined ? undefined : `cannot be sent in a header: it has ${what}`;
};

/** RFC 7617 section 2: user names and passwords have no control characters. Everything else is sent as UTF-8. */
export const unsendableAsPassword: Unsendable = (text) =>
  CONTROL.test(text) ? "cannot be sent: it has a control character" : undefined;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is searched
const CONTROL = /[\u0000-\u001f\u007f]/; // oxlint-disable-line no-control-regex

function strangerIn(text: string): string | undefined {
  if (CONTROL.test(text)) return "a control character";
  if (/\s/.test(text)) return "white space in it";
  return /[^\u0021-\u007e]/.test(text) ? "a character that is not ASCII" : undefined;
}

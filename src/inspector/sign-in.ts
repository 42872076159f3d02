// Signs a browser in by the token that is printed at the start, and knows it again by a cookie.
// Nothing about a request tells a browser on this machine from a proxy on it, so whoever looks must know something.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { sha256 } from "../lib/constant-time.js";

const TOKEN_BYTES = 32;
const COOKIE = "hookgate-inspector";

export interface SignInSettings {
  /** `undefined`: made at random. */
  readonly token: string | undefined;
  /** Where the page is. */
  readonly url: string | undefined;
}

export class SignIn {
  readonly #token: string;
  readonly #session: string;

  /** Prints where to sign in, unless the token is the operator's own and known. */
  constructor({ token, url }: SignInSettings, print: (line: string) => void) {
    this.#token = token ?? randomBytes(TOKEN_BYTES).toString("base64url");
    this.#session = createHmac("sha256", this.#token).update("hookgate inspector session").digest("base64url");
    if (token !== undefined) return;
    print(
      url === undefined
        ? `hookgate inspector: to open its page, add #token=${this.#token} to its URL, such as http://localhost:3000/hookgate/#token=${this.#token}\n`
        : `hookgate inspector: ${url.replace(/\/*$/, "/")}#token=${this.#token}\n`,
    );
  }

  isToken(given: unknown): boolean {
    return typeof given === "string" && isEqual(given, this.#token);
  }

  /** Whether the browser has shown the token before. */
  isSignedIn(req: IncomingMessage): boolean {
    const prefix = `${cookieName(req)}=`;
    return (req.headers.cookie ?? "").split(";").some((pair) => {
      const text = pair.trim();
      return text.startsWith(prefix) && isEqual(text.slice(prefix.length), this.#session);
    });
  }

  /** Without a path, so it counts where the page is as the browser sees it, whatever proxies make of that. */
  cookieFor(req: IncomingMessage): string {
    const isSecure = (req.socket as { encrypted?: boolean } | undefined)?.encrypted === true;
    return `${cookieName(req)}=${this.#session}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  }
}

/** Browsers keep cookies by host alone: two programs on this machine differ by their ports. */
function cookieName(req: IncomingMessage): string {
  return `${COOKIE}-${req.socket?.localPort ?? 0}`;
}

function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected));
}

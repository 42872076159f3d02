// Decides who may see the page, and who may start something from it. By default nobody who does not know the token.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { sha256 } from "../lib/constant-time.js";
import type { InspectorSettings, Permission } from "./options.js";
import { SignIn } from "./sign-in.js";
import type { Rights } from "./wire.js";

/** The header that carries the token. A page of another origin cannot set it without asking first, and is told no. */
export const TOKEN_HEADER = "x-hookgate-inspector";

/** Why a request goes no further, in the reader's words. */
export interface Denial {
  /** 401: of whoever has not signed in yet. */
  readonly status: 401 | 403;
  readonly reason: string;
}

export type Admission = { readonly rights: Rights } | Denial;

/** What some proxies add: then a caller is surely not on this machine. Others add nothing. */
const PROXY_HEADERS = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "via",
  "cf-connecting-ip",
  "true-client-ip",
] as const;

export class Gate {
  readonly #settings: InspectorSettings;
  /** `undefined` where `authorize` decides. */
  readonly #signIn: SignIn | undefined;
  /** Whoever can read the page's own data has it, and nobody else. */
  readonly token: string = randomBytes(32).toString("base64url");

  constructor(settings: InspectorSettings) {
    this.#settings = settings;
    if (settings.authorize !== undefined) return;
    this.#signIn = new SignIn(settings, (line) => void process.stderr.write(line));
  }

  /** Whether the request may see anything. Rejects where `authorize` throws. */
  async admit(req: IncomingMessage): Promise<Admission> {
    const { authorize, hosts, readOnly } = this.#settings;
    const host = hostOf(req);
    if (host === undefined || !hosts.has(host)) {
      return denied(
        "this host name is not one of the inspector's: open it by localhost, or name it in the option hosts",
      );
    }
    // Also of what only reads: nothing but the page itself has a reason to ask for its data.
    const site = req.headers["sec-fetch-site"];
    if (site === "cross-site" && !isNavigation(req)) return denied("another site has asked for this");
    if (authorize === undefined) {
      if (!isLocal(req))
        return denied("without the option authorize the inspector answers only this machine, and no proxy");
      if (this.#signIn?.isSignedIn(req) !== true) return { status: 401, reason: "sign in with the token" };
      return { rights: readOnly ? "read" : "act" };
    }
    const permission: Permission = await authorize(req);
    if (permission !== true && permission !== "read") return denied("not authorized");
    return { rights: permission === "read" || readOnly ? "read" : "act" };
  }

  /** Whether a request that is denied only for want of a session may ask for one. @returns The cookie, or why not. */
  signIn(req: IncomingMessage, token: unknown): string | Denial {
    const denial = foreign(req);
    if (denial !== undefined) return denial;
    if (this.#signIn?.isToken(token) === true) return this.#signIn.cookieFor(req);
    return denied("This is not the token that the program printed when it was last started.");
  }

  /** Whether an admitted request may start something: it comes from the page itself, and may act. */
  mayAct(req: IncomingMessage, rights: Rights): Denial | undefined {
    if (rights !== "act") return denied("this view is read only");
    const token = req.headers[TOKEN_HEADER];
    if (typeof token !== "string" || !timingSafeEqual(sha256(token), sha256(this.token))) {
      return denied("the page is of an earlier start of this program: load it again");
    }
    return foreign(req);
  }
}

/** Browsers say with every POST which page it comes from. */
function foreign(req: IncomingMessage): Denial | undefined {
  const site = req.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return denied("another site has asked for this");
  return isSameOrigin(req) ? undefined : denied("another origin has asked for this");
}

function denied(reason: string): Denial {
  return { status: 403, reason };
}

/** Lower case, without port. A request with several or none is nobody's. */
function hostOf(req: IncomingMessage): string | undefined {
  const host = req.headers.host ?? pseudoAuthority(req);
  return /^(\[[0-9a-f:.]+\]|[^:/?#@\s]+)(?::\d+)?$/i.exec(host ?? "")?.[1]?.toLowerCase();
}

/** HTTP/2 names its host otherwise. */
function pseudoAuthority(req: IncomingMessage): string | undefined {
  const authority = req.headers[":authority"];
  return typeof authority === "string" ? authority : undefined;
}

/** Browsers send Origin with every POST. */
function isSameOrigin(req: IncomingMessage): boolean {
  const { origin } = req.headers;
  if (origin === undefined) return true;
  const host = req.headers.host ?? pseudoAuthority(req);
  return /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host?.toLowerCase();
}

function isNavigation(req: IncomingMessage): boolean {
  return req.headers["sec-fetch-mode"] === "navigate" && req.headers["sec-fetch-dest"] === "document";
}

function isLocal(req: IncomingMessage): boolean {
  // nginx speaks HTTP/1.0 to what is behind it unless told otherwise, and adds no header; browsers never do.
  if (req.httpVersionMajor === 1 && req.httpVersionMinor === 0) return false;
  if (PROXY_HEADERS.some((name) => req.headers[name] !== undefined)) return false;
  const address = req.socket?.remoteAddress ?? "";
  return address === "::1" || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

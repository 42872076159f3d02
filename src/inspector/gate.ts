// Who may see the page, and who may start something from it? By default nobody from another machine.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { sha256 } from "../lib/constant-time.js";
import type { InspectorSettings, Permission } from "./options.js";
import type { Rights } from "./wire.js";

/** The header that carries the token. A page of another origin cannot set it without asking first, and is told no. */
export const TOKEN_HEADER = "x-hookgate-inspector";

/** Why a request goes no further, in the reader's words. */
export interface Denial {
  readonly status: 403;
  readonly reason: string;
}

export type Admission = { readonly rights: Rights } | Denial;

/** What proxies add. A proxy on this machine makes the whole world look like this machine. */
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
  /** Whoever can read the page's own data has it, and nobody else. */
  readonly token: string = randomBytes(32).toString("base64url");

  constructor(settings: InspectorSettings) {
    this.#settings = settings;
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
    const permission: Permission = authorize === undefined ? isLocal(req) : await authorize(req);
    if (permission !== true && permission !== "read") {
      return denied(
        authorize === undefined
          ? "without the option authorize the inspector answers only this machine, and no proxy"
          : "not authorized",
      );
    }
    return { rights: permission === "read" || readOnly ? "read" : "act" };
  }

  /** Whether an admitted request may start something: it comes from the page itself, and may act. */
  mayAct(req: IncomingMessage, rights: Rights): Denial | undefined {
    if (rights !== "act") return denied("this view is read only");
    const token = req.headers[TOKEN_HEADER];
    if (typeof token !== "string" || !timingSafeEqual(sha256(token), sha256(this.token))) {
      return denied("the page is of an earlier start of this program: load it again");
    }
    const site = req.headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin") return denied("another site has asked for this");
    if (!isSameOrigin(req)) return denied("another origin has asked for this");
    return undefined;
  }
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

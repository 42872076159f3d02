// Targets of test deliveries: a URL, an app, a server, a receiver or a fetch handler.
import type { RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { DeliveryInput } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import type { SignedDelivery } from "./compose.js";
import type { Exchanged } from "./http-client.js";
import {
  type Route,
  routeToApp,
  routeToFetch,
  routeToFunction,
  routeToReceiver,
  routeToUrl,
  type SendTo,
} from "./routes.js";

export type { Route, SendTo, TestAnswer } from "./routes.js";

/**
 * The target of test deliveries.
 *
 * - a URL: over HTTP, to exactly that path; the query of the signed URL is added
 * - an app (Express, Connect, any `(req, res)` function) or a server: over HTTP, on a free port of 127.0.0.1 unless the
 *   server listens already
 * - a receiver: in process, without HTTP, and the answer has its outcome; for HTTP use `http.createServer(receiver)`
 * - an object with `fetch`, such as a Hono app, or `{ fetch: receiver.fetch }`: in process, by the Fetch API
 * - an object with `deliver`: a function of your own, which gets the signed delivery
 */
export type TestTarget =
  | string
  | URL
  | Server
  | HttpsServer
  | RequestListener
  | { readonly receive: (delivery: DeliveryInput) => Promise<Outcome> }
  | { readonly fetch: (request: Request) => Response | Promise<Response> }
  | { readonly deliver: (signed: SignedDelivery, how: SendTo) => Promise<Exchanged> };

/**
 * The route to a target. An app is started by the first delivery and kept until `close`.
 *
 * @throws {TypeError} For a value that is not a target.
 */
export function routeTo(target: TestTarget): Route {
  const found = target as Partial<Record<"receive" | "fetch" | "deliver" | "listen" | "address", unknown>> | undefined;
  if (typeof target === "string" || target instanceof URL) return routeToUrl(String(target));
  if (typeof found?.receive === "function") return routeToReceiver(target as never);
  if (typeof found?.deliver === "function") return routeToFunction(target as never);
  if (typeof target === "function") {
    if (target.length === 1) {
      throw new TypeError(
        "send(target, …): a function of one parameter is no (req, res) app; give a fetch handler as { fetch: handler }",
      );
    }
    return routeToApp(target);
  }
  if (typeof found?.listen === "function" && typeof found.address === "function") return routeToApp(target as Server);
  if (typeof found?.fetch === "function") return routeToFetch(target as never);
  throw new TypeError(
    "send(target, …): target must be a URL, an Express or Connect app, a server, a receiver, or an object with fetch or deliver",
  );
}

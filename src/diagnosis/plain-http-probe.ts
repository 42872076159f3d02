// Probes the same path over plain HTTP: it should refuse or redirect to https.
import { targetOf } from "../auth/request/signable-request.js";
import { NoAnswer, wire } from "../test-sender/http-client.js";
import { bad, noted, ok, type Probe, skipped } from "./probe.js";
import { hostOf } from "./reach-probe.js";

const TIMEOUT_MS = 5_000;

/** @param given - The plain http URL, if it is not port 80 of the same host. */
export async function plainHttp(url: URL, given: string | undefined): Promise<Probe | undefined> {
  if (url.protocol !== "https:") return undefined;
  if (given === undefined && url.port !== "")
    return skipped("plain-http", "the port is not 443; --http-url says where plain http is");
  const at = new URL(given ?? `http://${url.host}${url.pathname}`);
  const destination = {
    host: hostOf(at),
    port: at.port === "" ? 80 : Number(at.port),
    isTls: false,
    isOwn: false,
    target: targetOf(at.href),
  };
  const request = {
    method: "POST",
    url: at.href,
    headers: { host: at.host, "content-type": "application/json" },
    body: Buffer.from("{}"),
  };
  try {
    const { status, headers } = await wire(destination, request, { timeoutMs: TIMEOUT_MS });
    if (status < 300) {
      const fix =
        "Redirect plain http to https, or close the port: what comes by it can be read by anybody on the way.";
      return bad("plain-http", `plain http is answered with ${status}`, fix);
    }
    if (status >= 400) return ok("plain-http", `plain http is refused with ${status}`);
    const isSafe = headers.location?.startsWith("https:") === true;
    if (isSafe) return ok("plain-http", `plain http is redirected to https (${status})`);
    return noted("plain-http", `plain http is redirected (${status}), and not to https`, "Redirect to https.");
  } catch (error) {
    if (error instanceof NoAnswer) return ok("plain-http", `plain http is not served (${error.code})`);
    throw error;
  }
}

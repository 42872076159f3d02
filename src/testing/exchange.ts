// How does a signed request get onto the wire exactly as it was signed, and how does the answer come back?
import type { SignedDelivery } from "./compose.js";
import { type Destination, headOf, openRequest } from "./outgoing-request.js";

/** An answer as it came. */
export interface Exchanged {
  readonly status: number;
  /** Lower-case names; lines of one name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request on a connection of its own. `node:http` and not `fetch`, which forbids some headers and rewrites URLs. */
export function exchange(to: Destination, request: Omit<SignedDelivery, "id">): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let hasAnswer = false;
    const req = openRequest(to, request, (res) => {
      hasAnswer = true;
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        resolve({ ...headOf(res), body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    // An early answer may close the connection while the body is still being written: the answer counts.
    req.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    req.end(request.body);
  });
}

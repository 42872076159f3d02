// The application as a Cloudflare Worker.
import { handleFetch } from "./receivers.js";

export default {
  fetch: (request: Request, _env: unknown, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> =>
    handleFetch(request, (work) => context.waitUntil(work)),
};

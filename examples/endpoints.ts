// Registers a repository's webhook at GitHub, keeps it as declared, changes its secret, and watches it.
// Without a token it prints the plan's steps and calls nobody.
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import {
  describePlan,
  type EndpointPlan,
  type EndpointWatch,
  ensureEndpoint,
  githubWebhooks,
  rotateSecret,
  secretRing,
  signedRoundTrip,
  watchEndpoint,
} from "hookgate/endpoints";
import { github } from "hookgate/senders";

const PATH = "/webhooks/github";
const EVENTS = ["issues", "push"];

/** Secrets that can be added to while the process runs: both are taken until the new one has been seen. */
export const ring = secretRing({ secrets: process.env.GITHUB_WEBHOOK_SECRET ?? "only for trying it out" });
export const sender = github({ secret: ring.read });

export const receiver = createReceiver(sender, { onOutcome: ring.onOutcome });
receiver.on("issues.opened", (event) => {
  console.log("opened", event.id);
});

export const app: Express = express();
app.use(PATH, receiver);

export interface Place {
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
  /** As GitHub calls it. */
  readonly url: string;
  /** GitHub Enterprise, or a server for tests. */
  readonly baseUrl?: string;
}

/** When you deploy. Twice changes nothing on a second run. */
export async function register({ url, ...place }: Place, secret: string, oldUrl?: string): Promise<EndpointPlan> {
  const { plan } = await ensureEndpoint({
    api: githubWebhooks(place),
    url,
    events: EVENTS,
    secret,
    ...(oldUrl === undefined ? {} : { replaces: oldUrl }),
  });
  return plan;
}

/** The receiver accepts both secrets, a signed delivery tests it, GitHub gets the new one, and its ping tests it again. */
export async function changeSecret({ url, ...place }: Place, secret: string): Promise<EndpointPlan> {
  const prove = signedRoundTrip(sender, { type: "ping", payload: { zen: "Keep it logically awesome." } });
  return (await rotateSecret({ api: githubWebhooks(place), url, secret, ring, prove })).plan;
}

/** `watch.start()`, and `app.get("/health/github", watch.ready)`. */
export function watched({ url, ...place }: Place): EndpointWatch {
  return watchEndpoint(receiver, { url, api: githubWebhooks(place), expectWithinSeconds: 86_400 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, WEBHOOK_URL: url } = process.env;
  if (token === undefined || repository === undefined || url === undefined) {
    console.log("Set GITHUB_TOKEN, GITHUB_REPOSITORY (owner/name) and WEBHOOK_URL to see the plan for your own.");
  } else {
    const [owner = "", repo = ""] = repository.split("/");
    const api = githubWebhooks({ token, owner, repo });
    const { plan } = await ensureEndpoint({ api, url, events: EVENTS, secret: "only a plan is made", dryRun: true });
    console.log(describePlan(plan));
  }
}

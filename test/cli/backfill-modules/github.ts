// An application that fetches what GitHub could not deliver.
import { createReceiver } from "hookgate";
import { backfill, githubDeliveries } from "hookgate/backfill";
import { github } from "hookgate/senders";
import { sqliteStore } from "hookgate/stores/sqlite";

const { DATABASE = "", GITHUB_TOKEN = "", GITHUB_URL = "", HOOK_ID } = process.env;
const store = sqliteStore(DATABASE);
await store.migrate();
const receiver = createReceiver(github({ secret: "only for this test" }), { scope: "issues", dedupe: { store } });
receiver.on("issues.opened", ({ id }) => console.log("opened", id));
const of = { owner: "acme", repo: "shop", hookId: Number(HOOK_ID) };
export const missed = backfill(receiver, {
  source: githubDeliveries({ token: GITHUB_TOKEN, of, baseUrl: GITHUB_URL, tries: 1 }),
});

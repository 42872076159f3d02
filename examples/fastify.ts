// On Fastify: the receiver has the raw body, and the app's own routes their parsed one.
import { fileURLToPath } from "node:url";
import Fastify, { type FastifyInstance } from "fastify";
import { createReceiver } from "hookgate";
import { receiverPlugin } from "hookgate/fastify";
import { github } from "hookgate/senders";

export const sender = github({ secret: process.env.GITHUB_WEBHOOK_SECRET ?? "a secret for trying it out" });
const receiver = createReceiver(sender).on("push", (event) => console.log(event.type, event.id));

export const app: FastifyInstance = Fastify();
app.register(receiverPlugin, { prefix: "/webhooks/github", receiver });
app.post("/orders", async (request) => ({ got: request.body })); // JSON, parsed by Fastify as ever

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
  console.log("listening on http://127.0.0.1:3000/webhooks/github");
}

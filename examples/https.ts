// An HTTPS server. `requireHttps` refuses deliveries to the same app over plain HTTP: 403 `forbidden`.
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { standardWebhooks } from "hookgate/senders";
import { selfSigned } from "./self-signed.js";

export const sender = standardWebhooks({
  secret: process.env.WEBHOOK_SECRET ?? `whsec_${Buffer.alloc(24).toString("base64")}`,
});
const receiver = createReceiver(sender, { requireHttps: true }).on("*", (event) => console.log(event.type));

export const app: Express = express();
app.use("/webhooks", receiver);

// In production: { key: readFileSync("privkey.pem"), cert: readFileSync("fullchain.pem") }
const { key, cert } = selfSigned();
export const certificate: string = cert;
export const server: HttpsServer = createServer({ key, cert, minVersion: "TLSv1.2" }, app);
/** Only to show the answer to plain HTTP. */
export const plainServer: Server = createHttpServer(app);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  server.listen(Number(process.env.PORT ?? 3443), "127.0.0.1", () => {
    console.log(`listening on https://localhost:${(server.address() as AddressInfo).port}/webhooks`);
  });
  plainServer.listen(Number(process.env.PLAIN_PORT ?? 3000), "127.0.0.1", () => {
    console.log(`refusing on http://127.0.0.1:${(plainServer.address() as AddressInfo).port}/webhooks`);
  });
}

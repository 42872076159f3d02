// Serves the application with node:http, on any runtime that has it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { receiverAt, reportText } from "./receivers.js";

const server = createServer((req, res) => {
  const receiver = receiverAt(req.url ?? "");
  if (receiver === undefined) res.end(reportText());
  else receiver(req, res);
});
server.listen(0, "127.0.0.1", () => console.log(`port ${(server.address() as AddressInfo).port}`));

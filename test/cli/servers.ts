// A receiver to send to.
import express, { type Express } from "express";

/** A naive receiver: no signature check, no dedupe, no limits except those of express.json. */
export function naive(path: string): { readonly app: Express; readonly handled: () => number } {
  let handled = 0;
  const app = express();
  app.use(express.json());
  app.post(path, (_req, res) => {
    handled++;
    res.json({ received: true });
  });
  app.get("/count", (_req, res) => {
    res.send(String(handled));
  });
  return { app, handled: () => handled };
}

// A receiver to send to.
import express, { type Express } from "express";

/** A receiver as it is written in a hurry: no signature, no memory, no limits but express.json's. */
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

// Every sender on this Node, with the package as it is and bundled into an application.
import { execPath, version } from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fillCell, LAMBDA, node, prepared } from "./cells.js";

let place: Awaited<ReturnType<typeof prepared>>;
beforeAll(async () => {
  place = await prepared();
});
afterAll(() => place.remove());

it.each(LAMBDA.forms)(
  "every sender's deliveries are answered as they must be in a Lambda function, %s",
  async (form) => {
    expect(await fillCell(place.folder, LAMBDA, form)).toEqual([]);
  },
);

it.each(["as it is", "bundled"] as const)(
  "every sender's deliveries are answered as they must be, %s",
  async (form) => {
    expect(await fillCell(place.folder, node(`Node ${version}`, execPath), form)).toEqual([]);
  },
);

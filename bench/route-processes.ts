// Measures delivery routes in a process each, in turns.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { RouteName } from "./delivery-route.js";
import { type Measured, median } from "./measure.js";

const ROUNDS = 41;

export interface RouteProcess {
  readonly name: RouteName;
  /** The checkout whose route it is, as a file URL that ends with a slash. Default: this one. */
  readonly checkout?: URL;
}

/**
 * A process for each route: the objects of one Express app are unlike another's to the engine, and a server has one app.
 * Rounds are in turns, each with another route first, so that what slows the machine down slows all of them.
 */
export async function measureRoutes(routes: readonly RouteProcess[], bytes: number): Promise<readonly Measured[]> {
  const children: ChildProcess[] = [];
  for (const { name, checkout = new URL("../", import.meta.url) } of routes) {
    const child = fork(new URL("bench/delivery-route.ts", checkout), [name, String(bytes)]);
    await once(child, "message"); // warm, one after another
    children.push(child);
  }
  const samples = routes.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < children.length; turn++) {
      const at = (turn + round) % children.length;
      const child = children[at] as ChildProcess;
      child.send("round");
      const [microseconds] = (await once(child, "message")) as [number];
      samples[at]?.push(microseconds);
    }
  }
  for (const child of children) child.disconnect();
  return routes.map(({ name }, at) => {
    const own = samples[at] as number[];
    return { name, microseconds: median(own), samples: own };
  });
}

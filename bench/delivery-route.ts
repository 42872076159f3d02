// One route in a process of its own, as a server is: warms up, and then delivers a batch whenever it is told to.
import { githubLike, stripeLike } from "./fixtures.js";
import { Connection, toWire } from "./in-memory.js";
import { collectYoung } from "./measure.js";
import * as routes from "./routes.js";

/** A server that runs for a minute has compiled what is hot. */
const WARM_UP_MICROSECONDS = 600_000;

const ROUTES = {
  "Stripe by hookgate": { make: stripeLike, route: () => routes.stripeByHookgate() },
  "Stripe by hand": { make: stripeLike, route: routes.stripeByHand },
  "Stripe by strict hand": { make: stripeLike, route: routes.stripeByStrictHand },
  "GitHub by hookgate": { make: githubLike, route: routes.githubByHookgate },
  "GitHub by octokit": { make: githubLike, route: routes.githubByOctokit },
};
export type RouteName = keyof typeof ROUTES;

const [, , name, bytesText] = process.argv;
const bytes = Number(bytesText);
const { make, route } = ROUTES[name as RouteName];
const aboutMicroseconds = 150 + bytes / 120;
const count = Math.max(50, Math.round(50_000 / aboutMicroseconds));
const connection = new Connection(route().listener);

/** CPU microseconds for one delivery. Each has an id of its own, or dedupe would answer it. */
async function round(): Promise<number> {
  const wires = Array.from({ length: count }, () => toWire(routes.PATH, make(bytes)));
  const handledBefore = routes.handledCount();
  collectYoung();
  const before = process.cpuUsage();
  for (const wire of wires) await connection.exchange(wire);
  const { user, system } = process.cpuUsage(before);
  if (routes.handledCount() - handledBefore !== count) throw new Error("a delivery was not handled");
  return (user + system) / count;
}

for (let warm = 0; warm * aboutMicroseconds * count < WARM_UP_MICROSECONDS; warm++) await round();
process.on("message", async () => process.send?.(await round()));
process.send?.("ready");

// What does a whole delivery cost on Express 5, from the request's first byte to the answer's last, without the kernel?
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { githubLike, SIZES, stripeLike } from "./fixtures.js";
import { Connection, toWire, type Wire } from "./in-memory.js";
import { compare, type Measured, ratio } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";
import * as routes from "./routes.js";

const ROUNDS = 21;
/** A server that runs for a minute has compiled what is hot. */
const WARM_UP_MICROSECONDS = 600_000;

const GROUPS = {
  Stripe: {
    make: stripeLike,
    routes: [() => routes.stripeByHookgate(), routes.stripeByHand, routes.stripeByStrictHand],
  },
  GitHub: { make: githubLike, routes: [routes.githubByHookgate, routes.githubByOctokit] },
};
type GroupName = keyof typeof GROUPS;

async function measure(name: GroupName, bytes: number): Promise<readonly Measured[]> {
  const { make, routes: factories } = GROUPS[name];
  const aboutMicroseconds = 150 + bytes / 120;
  const count = Math.max(50, Math.round(50_000 / aboutMicroseconds));
  const before = routes.handledCount();
  const measured = await compare(
    factories.map((factory) => {
      const route = factory();
      const connection = new Connection(route.listener);
      return { name: route.name, run: (batch: readonly Wire[]) => deliver(connection, batch) };
    }),
    {
      rounds: ROUNDS,
      warmUpRounds: Math.ceil(WARM_UP_MICROSECONDS / aboutMicroseconds / count),
      operationsPerBatch: count,
      // Each delivery has an id of its own, or dedupe would answer it.
      batch: () => Array.from({ length: count }, () => toWire(routes.PATH, make(bytes))),
    },
  );
  if ((routes.handledCount() - before) % (count * factories.length) !== 0)
    throw new Error("a delivery was not handled");
  return measured;
}

async function deliver(connection: Connection, batch: readonly Wire[]): Promise<void> {
  for (const wire of batch) await connection.exchange(wire);
}

/** In a process of its own: one Express app's objects are unlike another's to the engine, and a server has one. */
function measureApart(name: GroupName, bytes: number): readonly Measured[] {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), name, String(bytes)];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`measuring ${name} at ${bytes} bytes failed`);
  return JSON.parse(stdout) as readonly Measured[];
}

function report(): void {
  heading("One delivery on Express 5, in memory: CPU microseconds", ["express", "@octokit/webhooks"]);
  console.log("hookgate has all checks on: allow list, signature, freshness, dedupe in memory, handler by type.\n");
  const rows: string[][] = [];
  const targets: (() => void)[] = [];
  for (const bytes of SIZES) {
    const size = `${bytes / 1024} KB`;
    const [own, usual, strict] = measureApart("Stripe", bytes) as [Measured, Measured, Measured];
    const [ownGithub, octokit] = measureApart("GitHub", bytes) as [Measured, Measured];
    rows.push([`Stripe, ${size}`, cost(own), cost(usual), times(own, usual), cost(strict), times(own, strict)]);
    rows.push([`GitHub, ${size}`, cost(ownGithub), "", "", "", "", cost(octokit), times(ownGithub, octokit)]);
    targets.push(() => target(`${size}, against the usual route`, ratio(own, usual), 1, "at most"));
    targets.push(() => target(`${size}, against the strict route`, ratio(own, strict), 1.05, "at most"));
  }
  table(["", "hookgate", "usual route", "x usual", "strict route", "x strict", "octokit", "x octokit"], rows);
  console.log();
  for (const tell of targets) tell();
}

const [, , name, bytes] = process.argv;
if (name === undefined) report();
else process.stdout.write(JSON.stringify(await measure(name as GroupName, Number(bytes))));

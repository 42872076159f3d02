// Writes docs/runtimes.md from the faults that were found.
import { NODES, VERSIONS } from "../../scripts/fetch-runtimes.js";
import type { Form } from "./build.js";
import { LAMBDA, OTHERS } from "./cells.js";
import { CASES, described, type Fault } from "./deliveries.js";
import { OLDEST_COMPATIBILITY_DATE } from "./launch.js";

/** A fault, and the cell it was found in. */
export interface CellFault extends Fault {
  readonly runtime: string;
  readonly form: Form;
}

interface Column {
  readonly name: string;
  readonly forms: readonly Form[];
}

const COLUMNS: readonly Column[] = [
  ...NODES.map((version): Column => ({ name: `Node ${version}`, forms: ["as it is", "bundled"] })),
  LAMBDA,
  ...OTHERS,
];

export function runtimesPage(faults: readonly CellFault[]): string {
  // Without numbers, so that a sender more changes nothing here.
  const schemes = [...new Set(described.map(({ sender }) => sender.definition.auth.scheme))].sort();
  return `${[
    "# Runtimes",
    "",
    "<!-- Written by `npm run runtimes`. -->",
    "",
    `hookgate runs on Node ${NODES.join(", ")}, AWS Lambda, Bun, Deno and Cloudflare Workers (workerd, with the \`nodejs_compat\` flag). One application with a receiver of each sender is started on each of them, with the package as it is installed and bundled into one file, and gets real HTTP requests. The conditions of the bundle are those of the platform; workerd has no file system, so there the application is always bundled. Tested with Bun ${VERSIONS.Bun}, Deno ${VERSIONS.Deno} and miniflare ${VERSIONS.miniflare}.`,
    "",
    ...CASE_ROWS,
    "",
    "## Results",
    "",
    "Senders by the way they authenticate: with the package as it is / bundled.",
    "",
    row(["senders", ...COLUMNS.map(({ name }) => name)]),
    row(["---", ...COLUMNS.map(() => "---")]),
    ...schemes.map((scheme) => row([scheme, ...COLUMNS.map((column) => cell(column, scheme, faults))])),
    ...failures(faults),
    "",
    PLATFORMS,
  ].join("\n")}\n`;
}

function cell({ name, forms }: Column, scheme: string, faults: readonly CellFault[]): string {
  return (["as it is", "bundled"] as const)
    .map((form) => {
      if (!forms.includes(form)) return "–";
      const count = new Set(
        faults.filter((one) => one.runtime === name && one.form === form && one.scheme === scheme).map((f) => f.sender),
      ).size;
      return count === 0 ? "✓" : `${count} fail`;
    })
    .join(" / ");
}

function failures(faults: readonly CellFault[]): readonly string[] {
  if (faults.length === 0) return [];
  return ["", ...faults.map((f) => `- ${f.runtime}, ${f.form}: ${f.sender}, ${f.name}: ${f.was}`)];
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

const EXPECTED: Readonly<Record<(typeof CASES)[number], string>> = {
  "cut off": "No handler runs. The connection ends one byte before the declared length.",
  "cut off in chunks": "No handler runs. The connection ends before the last chunk.",
  tampered: "401, 400 or 403: a bit of the body is flipped or, where the body is not signed, another key signs.",
  "too large": "413.",
  genuine: "The sender's success status; the handler runs once.",
  duplicate: "The sender's success status; the handler does not run again where the sender gives its events ids.",
  "slow handler": '503, or what the sender takes for "later", in time; then the handler\'s signal aborts.',
};

const CASE_ROWS: readonly string[] = [
  row(["each sender's delivery", "must be answered with"]),
  row(["---", "---"]),
  ...CASES.map((name) => row([name, EXPECTED[name]])),
];

const PLATFORMS = `## Deno

The Fetch API way needs no permission of its own: \`Deno.serve\` needs \`--allow-net\`, and the handler needs nothing.

\`\`\`ts
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";

const receiver = createReceiver(stripe({ secret: process.env.STRIPE_WEBHOOK_SECRET }));
receiver.on("invoice.paid", () => {});

// In Deno: Deno.serve((request) => receiver.fetch(request));
// In Bun: Bun.serve({ fetch: (request) => receiver.fetch(request) });
export const handle = (request: Request): Promise<Response> => receiver.fetch(request);
\`\`\`

## Cloudflare Workers

Set \`compatibility_flags = ["nodejs_compat"]\` and a \`compatibility_date\` of ${OLDEST_COMPATIBILITY_DATE} or later. A receiver can be built at module scope.

\`\`\`ts
export default {
  fetch(request: Request, env: unknown, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    return receiver.fetch(request, {
      remoteAddress: request.headers.get("cf-connecting-ip") ?? "",
      isSecure: true,
      waitUntil: (work) => context.waitUntil(work),
    });
  },
};
\`\`\`

- Give \`waitUntil\`. Without it a handler that is still running when its sender is answered ends with the request, and its claim lapses with its lease.
- \`cf-connecting-ip\` is written by Cloudflare and cannot be forged by a client, as long as the Worker is reached through Cloudflare alone.
- Each isolate has a memory of its own, so \`memoryStore\`, the default, does not see duplicates that reach another one: give the receiver a [store that Workers share](choosing-a-store.md).
- \`receiver.work()\` needs a place that stays: a Durable Object, with [its own inbox](inbox.md#on-cloudflare-workers).`;

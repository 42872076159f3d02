// What does it cost to verify a signature, beside the bare HMAC and the senders' own libraries?
import { createHmac, timingSafeEqual } from "node:crypto";
import { verify as octokitVerify } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import { Stripe } from "stripe";
import { Webhook as SvixWebhook } from "svix";
import type { Auth } from "../src/core/auth.js";
import type { Delivery } from "../src/core/delivery.js";
import { load, senders } from "./built.js";
import { githubLike, SECRET, SIZES, type Signed, standardLike, stripeLike } from "./fixtures.js";
import { type Contestant, compare, type Measured, ratio, sinkhole } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";

const ROUNDS = 15;
const { toDelivery } = await load<typeof import("../src/core/delivery.js")>("delivery.js");
const nowMs = Date.now();
const context = { nowMs, publicUrls: () => [] };

interface Case extends Signed {
  readonly delivery: Delivery;
}
type Verifier = Contestant<readonly Case[]>;

/** What most routes do by hand. `timingSafeEqual` is given the texts. */
function bare(
  key: string | Buffer,
  read: (signed: Case) => { before: string; given: string },
  encoding: "hex" | "base64",
): Verifier {
  return {
    name: "bare createHmac",
    run(batch) {
      for (const signed of batch) {
        const { before, given } = read(signed);
        const hmac = createHmac("sha256", key);
        if (before !== "") hmac.update(before);
        const expected = hmac.update(signed.body).digest(encoding);
        sinkhole(expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given)));
      }
    },
  };
}

function ours(auth: Auth): Verifier {
  return {
    name: "hookgate",
    run(batch) {
      for (const { delivery } of batch) {
        const proof = auth.verify(delivery, context);
        if (!("ok" in proof && proof.ok)) throw new Error("hookgate refused what it must accept");
      }
    },
  };
}

const stripe = new Stripe("sk_test_0");
const octokit: Verifier = {
  name: "@octokit/webhooks-methods",
  async run(batch) {
    for (const { body, headers } of batch) {
      sinkhole(await octokitVerify(SECRET, body.toString(), headers["x-hub-signature-256"] as string));
    }
  },
};
const stripeNode: Verifier = {
  name: "stripe (verifyHeader)",
  run(batch) {
    for (const { body, headers } of batch) {
      sinkhole(
        stripe.webhooks.signature?.verifyHeader(body, headers["stripe-signature"] as string, SECRET, 300) === true,
      );
    }
  },
};
const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
const standard = new Webhook(SECRET);
const svix = new SvixWebhook(SECRET);

const SCHEMES: readonly { name: string; make: (bytes: number) => Signed; verifiers: readonly Verifier[] }[] = [
  {
    name: "Stripe",
    make: stripeLike,
    verifiers: [
      bare(SECRET, ({ headers }) => stripeParts(headers["stripe-signature"] as string), "hex"),
      ours(senders.stripe({ secret: SECRET }).definition.auth),
      stripeNode,
    ],
  },
  {
    name: "GitHub",
    make: githubLike,
    verifiers: [
      bare(
        SECRET,
        ({ headers }) => ({ before: "", given: (headers["x-hub-signature-256"] as string).slice(7) }),
        "hex",
      ),
      ours(senders.github({ secret: SECRET }).definition.auth),
      octokit,
    ],
  },
  {
    name: "Standard Webhooks",
    make: standardLike,
    verifiers: [
      bare(key, ({ headers }) => standardParts(headers), "base64"),
      ours(senders.standardWebhooks({ secret: SECRET }).definition.auth),
      { name: "standardwebhooks", run: (batch) => verifyAll(standard, batch) },
      { name: "svix, with its JSON.parse", run: (batch) => verifyAll(svix, batch) },
    ],
  },
];

function stripeParts(header: string): { before: string; given: string } {
  const comma = header.indexOf(",");
  return { before: `${header.slice(2, comma)}.`, given: header.slice(comma + 4) };
}

function standardParts(headers: Signed["headers"]): { before: string; given: string } {
  const before = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`;
  return { before, given: (headers["webhook-signature"] as string).slice(3) };
}

interface Verifying {
  verify(body: Buffer, headers: Record<string, string>, options: { jsonParse: boolean }): unknown;
}

/** Of the two only standardwebhooks can be told not to parse. */
function verifyAll(library: Verifying, batch: readonly Case[]): void {
  for (const { body, headers } of batch) {
    sinkhole(library.verify(body, headers as Record<string, string>, { jsonParse: false }) !== undefined);
  }
}

heading("Verifying one delivery: CPU microseconds, and times the bare HMAC", [
  "stripe",
  "@octokit/webhooks-methods",
  "standardwebhooks",
  "svix",
]);
const rows: string[][] = [];
const targets: (() => void)[] = [];
for (const { name, make, verifiers } of SCHEMES) {
  const bySize: (readonly Measured[])[] = [];
  for (const bytes of SIZES) {
    const count = Math.max(60, Math.round(6_000 / (3 + bytes / 1_500)));
    const pool = Array.from({ length: Math.min(count, 64) }, () => withDelivery(make(bytes)));
    const batch = Array.from({ length: count }, (_, at) => pool[at % pool.length] as Case);
    const measured = await compare(verifiers, {
      rounds: ROUNDS,
      warmUpRounds: 3,
      operationsPerBatch: count,
      batch: () => batch,
    });
    bySize.push(measured);
    const [base, own] = measured as [Measured, Measured];
    targets.push(() => target(`${name}, ${bytes / 1024} KB, against the bare HMAC`, ratio(own, base), 1.1, "at most"));
  }
  for (const [at, verifier] of verifiers.entries()) {
    const cells = bySize.flatMap((measured) => {
      const [own, base] = [measured[at], measured[0]] as [Measured, Measured];
      return [cost(own), times(own, base)];
    });
    rows.push([`${name}: ${verifier.name}`, ...cells]);
  }
}
table(["", "1 KB", "x bare", "10 KB", "x bare", "100 KB", "x bare"], rows);
console.log();
for (const tell of targets) tell();

function withDelivery(signed: Signed): Case {
  const { body, headers } = signed;
  return { ...signed, delivery: toDelivery({ body, headers: { "content-type": "application/json", ...headers } }) };
}

// `hookgate endpoints ensure`: shows the plan for a registration and carries it out.

import type { EndpointApi, EndpointProof, EnsureOptions, ManualEndpoint } from "../../endpoints/index.js";
import { isLoopbackHost } from "../../lib/ip/loopback.js";
import type { ExitCode } from "../lib/command.js";
import { UsageError } from "../lib/usage-error.js";
import { asJson, checkedUrl, type EndpointCall, endpointJson, printPlan, stepPrinter, urlOf } from "./endpoint-call.js";
import { canSign, isUnproven, readSigning, roundTrip, type Signing } from "./endpoint-proof.js";
import { keeperOf } from "./keep-secret.js";

export function isManual(api: EndpointApi | ManualEndpoint): api is ManualEndpoint {
  return "isManual" in api;
}

export async function ensure(call: EndpointCall): Promise<ExitCode> {
  const { given, context, api } = call;
  const { ensureEndpoint } = await import("../../endpoints/index.js");
  const url = urlOf(call);
  const signing = await readSigning(call);
  const prove = await proofFor(call, signing);
  const keeper = keeperOf(call);
  const options: EnsureOptions = {
    api,
    url,
    events: eventsOf(call),
    replaces: given.list("replaces").map((one) => checkedUrl("--replaces", one)),
    ...secretFor(call, signing),
    ...(prove === undefined ? {} : { prove }),
    ...(keeper === undefined ? {} : { keepSecret: keeper.keep }),
  };
  if (isManual(api)) return byHand(call, options);
  noteLoopback(call, url);
  const { plan } = await ensureEndpoint({ ...options, dryRun: true });
  const isDryRun = given.isSet("dry-run");
  if (!context.isJson) await printPlan(call, plan);
  if (isDryRun || plan.isInOrder) {
    if (context.isJson) context.io.out(asJson(plan, { ok: plan.isInOrder, isDryRun, isChanged: false }));
    return plan.isInOrder ? 0 : 1;
  }
  const isNew = plan.steps.some(({ action }) => action === "create");
  if (isNew && api.secretBy === "sender" && keeper === undefined) {
    throw new UsageError(
      `${api.title} creates the secret of a new endpoint and shows it only once: give --secret-out PATH or --secret-to COMMAND to store it. Nothing was changed`,
    );
  }
  if (isNew) keeper?.check();
  else if (signing.secret === undefined && plan.steps.some((step) => step.action === "prove" && step.by !== "ping")) {
    throw new UsageError(
      `the test delivery needs the secret, and ${api.title} shows the secret of an endpoint only once: give the stored one with --secret-env NAME or --secret-file PATH, or skip the test with --no-prove. Nothing was changed`,
    );
  }
  if (!context.isJson) context.io.out("\n");
  const done = await ensureEndpoint({ ...options, onStep: await stepPrinter(call) });
  if (context.isJson) {
    const endpoint = done.endpoint === undefined ? undefined : endpointJson(done.endpoint);
    context.io.out(asJson(plan, { ok: true, isDryRun, isChanged: done.isChanged, endpoint }));
  } else context.io.out("done\n");
  return 0;
}

/** Prints the manual steps. With the secret a test delivery shows whether they have been done. */
async function byHand(call: EndpointCall, options: EnsureOptions): Promise<ExitCode> {
  const { context, given } = call;
  const { ensureEndpoint } = await import("../../endpoints/index.js");
  const isDryRun = given.isSet("dry-run");
  const { plan } = await ensureEndpoint({ ...options, dryRun: isDryRun });
  const isVerified = typeof options.prove === "function" && !isDryRun;
  const isFine = !isVerified || plan.isInOrder;
  if (context.isJson) context.io.out(asJson(plan, { ok: isFine, isDryRun, isVerified, isChanged: false }));
  else {
    await printPlan(call, plan);
    const why =
      options.secret === undefined
        ? "give --secret-env NAME to test it with a signed delivery"
        : "--dry-run was given, or hookgate cannot sign deliveries of this sender";
    if (!isVerified) context.io.out(`not verified: ${why}\n`);
  }
  return isFine ? 0 : 1;
}

/** @throws {UsageError} When the sender needs a secret and none is given. */
function secretFor({ api, row }: EndpointCall, { secret }: Signing): { readonly secret?: string } {
  if (isManual(api) || api.secretBy === "sender" || api.secretBy === "nobody")
    return isManual(api) && secret !== undefined ? { secret } : {};
  if (secret !== undefined) return { secret };
  throw new UsageError(
    `the secret for signing deliveries of ${row.sender} is missing: --secret-env NAME or --secret-file PATH. It is not the token`,
  );
}

/** @throws {UsageError} When a test delivery is requested that cannot be signed. */
async function proofFor(
  { api, given, context, row }: EndpointCall,
  signing: Signing,
): Promise<EndpointProof | false | undefined> {
  if (isUnproven(given)) return false;
  const isReplacing = given.list("replaces").length > 0 && !isManual(api) && api.test === undefined;
  const isByHand = isManual(api) && signing.secret !== undefined;
  if (!given.isSet("prove") && !isReplacing && !isByHand) {
    if (given.isSet("wait")) throw new UsageError("--wait is for a signed delivery: give --prove, too");
    return undefined;
  }
  if (canSign(signing)) {
    const isToldLater = !isManual(api) && api.secretBy === "sender";
    if (signing.secret !== undefined || isToldLater) return await roundTrip(signing, given, context.io);
    throw new UsageError(
      "the test delivery needs the receiver's secret: give --secret-env NAME or --secret-file PATH, or skip the test with --no-prove",
    );
  }
  if (isByHand) return undefined;
  throw new UsageError(
    `hookgate cannot sign deliveries of ${row.sender}, so it cannot test the endpoint: give --no-prove`,
  );
}

/** @throws {UsageError} */
function eventsOf({ given, row }: EndpointCall): readonly string[] {
  const events = given
    .list("events")
    .flatMap((text) => text.split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (events.length > 0) return events;
  throw new UsageError(
    `--events is missing: give event names of ${row.sender}, such as --events issues,push; '*' (quoted) means all, if the sender supports that`,
  );
}

function noteLoopback({ context: { io, isJson }, given, row }: EndpointCall, url: string): void {
  const isOwn = given.list("option").some((pair) => pair.startsWith("baseUrl="));
  if (isJson || isOwn || !isLoopbackHost(new URL(url).hostname)) return;
  io.err(`note: ${url} is this machine, which ${row.sender} cannot reach\n`);
}

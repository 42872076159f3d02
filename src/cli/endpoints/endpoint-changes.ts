// `hookgate endpoints rotate` and `remove`: show the plan, ask for confirmation, then change it.
import type { EndpointApi, EndpointPlan, EndpointProof, PlanStep, RotateOptions } from "../../endpoints/index.js";
import type { ExitCode } from "../lib/command.js";
import { isConfirmed } from "../lib/confirm.js";
import { UsageError } from "../lib/usage-error.js";
import { readText, readVariable } from "../senders/secrets.js";
import { asJson, type EndpointCall, endpointJson, line, printPlan, stepPrinter, urlOf } from "./endpoint-call.js";
import { isManual } from "./endpoint-ensure.js";
import { canSign, isUnproven, readSigning, roundTrip, type Signing } from "./endpoint-proof.js";
import { keeperOf } from "./keep-secret.js";

/** @throws {UsageError} When the sender is configured by hand. */
export function apiOf({ api, given }: EndpointCall): EndpointApi {
  if (!isManual(api)) return api;
  throw new UsageError(
    `${api.title} is configured by hand, so ${given.positionals[0]} is done on its own pages; ensure prints the steps`,
  );
}

export async function remove(call: EndpointCall): Promise<ExitCode> {
  const { removeEndpoint } = await import("../../endpoints/index.js");
  const { context } = call;
  const [api, url] = [apiOf(call), urlOf(call)];
  const plan = await removeEndpoint({ api, url, dryRun: true });
  if (plan.steps.length === 0) {
    const others = (await api.list()).map((one) => one.url);
    if (context.isJson) context.io.out(asJson(plan, { ok: true, isChanged: false, others }));
    else {
      const rest = others.length === 0 ? "" : `; registered: ${others.join(", ")}`;
      context.io.out(line(`${api.title}: nothing is registered with the URL ${url}${rest}`).concat("\n"));
    }
    return 0;
  }
  return carryOut(call, plan, "removing the webhook", async () => {
    await removeEndpoint({ api, url });
    return {};
  });
}

export async function rotate(call: EndpointCall): Promise<ExitCode> {
  const { rotateSecret } = await import("../../endpoints/index.js");
  const { given } = call;
  const [api, url] = [apiOf(call), urlOf(call)];
  if (api.secretBy === "nobody") {
    throw new UsageError(`${api.title} has no secret per endpoint: change its credential on its own pages`);
  }
  const signing = await readSigning(call);
  const keeper = keeperOf(call);
  const isOurs = api.secretBy === "us";
  if (isOurs && signing.secret === undefined)
    throw new UsageError("the new secret is missing: --secret-env NAME, or --secret-file PATH");
  if (!isOurs && signing.secret !== undefined) {
    throw new UsageError(
      `${api.title} creates the new secret itself: leave out --secret-env, and give --secret-out PATH or --secret-to COMMAND to store it`,
    );
  }
  const previous = previousOf(call);
  if (previous !== undefined && previous === signing.secret)
    throw new UsageError("the new secret and the previous one are the same");
  const isDryRun = given.isSet("dry-run");
  if (!isOurs && keeper === undefined && !isDryRun) {
    throw new UsageError(
      `${api.title} creates the new secret and shows it only once: give --secret-out PATH or --secret-to COMMAND to store it`,
    );
  }
  const options: RotateOptions = {
    api,
    url,
    // A secret of ours is already in the receiver's configuration, which the test delivery checks.
    keepSecret: keeper?.keep ?? (() => undefined),
    prove: await proofFor(call, signing),
    ...(isOurs ? { secret: signing.secret } : {}),
    ...(previous === undefined ? {} : { previous }),
  };
  const { plan } = await rotateSecret({ ...options, dryRun: true });
  return carryOut(call, plan, "changing the secret", async () => {
    keeper?.check();
    const print = await stepPrinter(call);
    let isRemoving = false;
    const onStep = (step: PlanStep): void => {
      print(step);
      isRemoving ||= step.action === "remove";
    };
    try {
      const { endpoint } = await rotateSecret({ ...options, onStep });
      return { endpoint: endpointJson(endpoint) };
    } catch (error) {
      // After the first removal the new secret is the valid one and must be kept.
      if (!isRemoving) keeper?.discard();
      throw error;
    }
  });
}

/** Prints the plan, asks, and carries it out. */
async function carryOut(
  call: EndpointCall,
  plan: EndpointPlan,
  what: string,
  act: () => Promise<object>,
): Promise<ExitCode> {
  const { context, given } = call;
  const { io, isJson } = context;
  const isDryRun = given.isSet("dry-run");
  if (!isJson) await printPlan(call, plan);
  if (isDryRun) {
    if (isJson) io.out(asJson(plan, { ok: false, isDryRun, isChanged: false }));
    return 1;
  }
  if (!(await isConfirmed(given, context, what))) {
    io.err("nothing was changed\n");
    return 1;
  }
  if (!isJson) io.out("\n");
  const more = await act();
  io.out(isJson ? asJson(plan, { ok: true, isDryRun, isChanged: true, ...more }) : "done\n");
  return 0;
}

async function proofFor({ given, context, row }: EndpointCall, signing: Signing): Promise<EndpointProof | false> {
  if (isUnproven(given)) return false;
  if (canSign(signing)) return await roundTrip(signing, given, context.io);
  throw new UsageError(
    `hookgate cannot sign deliveries of ${row.sender}, so it cannot check that the receiver accepts the new secret: give --no-prove`,
  );
}

function previousOf({ given, context }: EndpointCall): string | undefined {
  const [name, path] = [given.text("previous-env"), given.text("previous-file")];
  if (name !== undefined) return readVariable("--previous-env", name, given, context.io).text;
  return path === undefined ? undefined : readText("--previous-file", path).replace(/\r?\n$/, "");
}

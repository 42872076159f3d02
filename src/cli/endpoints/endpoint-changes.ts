// `hookgate endpoints rotate` and `remove`: what cannot be undone, told as a plan and asked for.
import type { EndpointApi, EndpointPlan, EndpointProof, PlanStep, RotateOptions } from "../../endpoints/index.js";
import type { ExitCode } from "../lib/command.js";
import { isConfirmed } from "../lib/confirm.js";
import { UsageError } from "../lib/usage-error.js";
import { readText, readVariable } from "../senders/secrets.js";
import { asJson, type EndpointCall, endpointJson, line, stepTeller, tellPlan, urlOf } from "./endpoint-call.js";
import { isManual } from "./endpoint-ensure.js";
import { canSign, isUnproven, readSigning, roundTrip, type Signing } from "./endpoint-proof.js";
import { keeperOf } from "./keep-secret.js";

/** @throws {UsageError} Where a person does it. */
export function apiOf({ api, given }: EndpointCall): EndpointApi {
  if (!isManual(api)) return api;
  throw new UsageError(
    `${api.title} is registered by hand, so ${given.positionals[0]} is done on its own pages; ensure tells the steps`,
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
      const rest = others.length === 0 ? "" : `; there ${others.length === 1 ? "is" : "are"} ${others.join(", ")}`;
      context.io.out(line(`${api.title}: nothing is registered with the URL ${url}${rest}`).concat("\n"));
    }
    return 0;
  }
  return carryOut(call, plan, "removing it", async () => {
    await removeEndpoint({ api, url });
    return {};
  });
}

export async function rotate(call: EndpointCall): Promise<ExitCode> {
  const { rotateSecret } = await import("../../endpoints/index.js");
  const { given } = call;
  const [api, url] = [apiOf(call), urlOf(call)];
  if (api.secretBy === "nobody") {
    throw new UsageError(
      `${api.title} has no secret of an endpoint: what its deliveries are proven by is changed on its own pages`,
    );
  }
  const signing = await readSigning(call);
  const keeper = keeperOf(call);
  const isOurs = api.secretBy === "us";
  if (isOurs && signing.secret === undefined)
    throw new UsageError("the new secret is missing: --secret-env NAME, or --secret-file PATH");
  if (!isOurs && signing.secret !== undefined) {
    throw new UsageError(
      `${api.title} makes the new secret itself: leave --secret-env out, and say where it is to go: --secret-out PATH, or --secret-to COMMAND`,
    );
  }
  const previous = previousOf(call);
  if (previous !== undefined && previous === signing.secret)
    throw new UsageError("the new secret and the previous one are the same");
  const isDryRun = given.isSet("dry-run");
  if (!isOurs && keeper === undefined && !isDryRun) {
    throw new UsageError(
      `${api.title} makes the new secret, and tells it this once: where is it to go? --secret-out PATH for a file, or --secret-to COMMAND`,
    );
  }
  const options: RotateOptions = {
    api,
    url,
    // Ours is in the receiver already: its own configuration, which the proof shows.
    keepSecret: keeper?.keep ?? (() => undefined),
    prove: await proofFor(call, signing),
    ...(isOurs ? { secret: signing.secret } : {}),
    ...(previous === undefined ? {} : { previous }),
  };
  const { plan } = await rotateSecret({ ...options, dryRun: true });
  return carryOut(call, plan, "changing the secret", async () => {
    keeper?.check();
    const tell = await stepTeller(call);
    let isRemoving = false;
    const onStep = (step: PlanStep): void => {
      tell(step);
      isRemoving ||= step.action === "remove";
    };
    try {
      const { endpoint } = await rotateSecret({ ...options, onStep });
      return { endpoint: endpointJson(endpoint) };
    } catch (error) {
      // From the first removal on the new one is what counts.
      if (!isRemoving) keeper?.discard();
      throw error;
    }
  });
}

/** Told, asked for, done. */
async function carryOut(
  call: EndpointCall,
  plan: EndpointPlan,
  what: string,
  act: () => Promise<object>,
): Promise<ExitCode> {
  const { context, given } = call;
  const { io, isJson } = context;
  const isDryRun = given.isSet("dry-run");
  if (!isJson) await tellPlan(call, plan);
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
    `a delivery of ${row.sender}'s cannot be signed here, so nothing would prove that the receiver takes the new secret: give --no-prove`,
  );
}

function previousOf({ given, context }: EndpointCall): string | undefined {
  const [name, path] = [given.text("previous-env"), given.text("previous-file")];
  if (name !== undefined) return readVariable("--previous-env", name, given, context.io).text;
  return path === undefined ? undefined : readText("--previous-file", path).replace(/\r?\n$/, "");
}

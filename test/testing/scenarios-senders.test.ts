// Every sender passes every scenario against a receiver of its own: what cannot be sent of it is skipped, never wrong.

import { createReceiver } from "hookgate";
import { runScenarios, scenarioNames } from "hookgate/testing";
import { expect, it } from "vitest";
import { sampleKey, sampleOptions, sampleRequest } from "../../scripts/sender-samples.js";
import { knownSenders } from "../../src/cli/senders/find-sender.js";
import { quiet } from "../support/quiet.js";

const known = await knownSenders();
/** A megabyte for each sender would only take time. */
const only = scenarioNames.filter((name) => name !== "large");

it.each(known.map((one) => [one.name, one] as const))(
  "%s passes every scenario that applies to it",
  async (name, { about, build }) => {
    const sender = build(sampleOptions(about));
    const { type, url = `https://example.com/webhooks/${name}`, ...request } = sampleRequest(about);
    const { needsPublicUrl } = sender.definition.auth;
    const receiver = createReceiver(sender, needsPublicUrl ? { ...quiet, publicUrl: url } : quiet);
    let handled = 0;
    receiver.onUnhandled(() => void handled++);
    const results = await runScenarios(sender, receiver, {
      ...request,
      ...sampleKey(about),
      type,
      url,
      only,
      effects: () => handled,
    } as Parameters<typeof runScenarios>[2]);
    expect(results.flatMap((result) => result.problems.map((problem) => `${result.name}: ${problem}`))).toEqual([]);
    expect(results.find((result) => result.name === "valid")?.result).not.toBe("failed");
  },
);

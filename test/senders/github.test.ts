// Checks the sender GitHub.

import { sign } from "@octokit/webhooks-methods";
import { createReceiver, type ReceiverOptions } from "hookgate";
import { github } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { deliver } from "../support/senders/in-order.js";
import { signerOracle } from "../support/senders/signer-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const secret = "0123456789abcdef0123456789abcdef";
const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };

vectorOracle("github", ({ secretOrKey: key }) => github({ secret: key }));

signerOracle(
  "@octokit/webhooks-methods",
  github({ secret: whsec }),
  async (body) => ({
    "x-hub-signature-256": await sign(whsec, body),
    "x-github-event": "custom",
    "x-github-delivery": "d-1",
  }),
  ["x-github-event", "x-github-delivery"],
);

describe("the name of an event against the signed body", () => {
  const sender = github({ secret });
  const swaps = [
    ["a comment on an issue as the issue", "issues", { action: "deleted", issue: {}, comment: {} }],
    ["a review as the pull request", "pull_request", { action: "edited", pull_request: {}, review: {} }],
    [
      "a deployment's status as the deployment",
      "deployment",
      { action: "created", deployment: {}, deployment_status: {} },
    ],
    ["an app's issue as its installation", "installation", { action: "deleted", issue: {}, installation: {} }],
    ["a created branch as a deleted one", "delete", { ref_type: "branch", master_branch: "main" }],
    ["an issue as a release", "release", { action: "deleted", issue: {} }],
  ] as const;

  it.each(swaps)("refuses %s, and no handler runs", async (_, event, body) => {
    const { outcomes, runs } = await deliver(sender, {
      headers: { "x-github-event": event, "x-github-delivery": "d1" },
      body,
    });
    expect(outcomes[0]).toMatchObject({ name: "unidentified", reply: { status: 400 } });
    expect(outcomes[0]?.reply.body).toContain('"code":"unidentified"');
    expect(runs).toBe(0);
  });

  it.each([
    ["an app's installation", "installation", { action: "created", installation: {}, repositories: [], sender: {} }],
    ["an app's issue", "issues", { action: "opened", issue: {}, installation: {}, label: {} }],
    ["a star taken away", "star", { action: "deleted", starred_at: null }],
    ["a name that nobody has described", "something_new", { action: "done" }],
  ])("takes %s", async (_, event, body) => {
    const { names } = await deliver(sender, {
      headers: { "x-github-event": event, "x-github-delivery": "d1" },
      body,
    });
    expect(names).toEqual(["processed"]);
  });

  it("handles a redelivery under its id once", async () => {
    const push = { headers: { "x-github-event": "push", "x-github-delivery": "d1" }, body: { commits: [] } };
    expect(await deliver(sender, push, push)).toMatchObject({ names: ["processed", "duplicate"], runs: 1 });
  });
});

describe("kinds of deliveries", () => {
  const sender = github({ secret });
  it("names an event with its action, from JSON and from a form", async () => {
    const types: string[] = [];
    const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(event.type));
    const to = createTestSender(sender).to(receiver as never);
    await to.send("issues.opened", { issue: { id: 1 } });
    await to.send(
      "push",
      { ref: "refs/heads/main", commits: [] },
      { contentType: "application/x-www-form-urlencoded" },
    );
    await to.send("ping", { zen: "Keep it logically awesome." });
    expect(types).toEqual(["issues.opened", "push", "ping"]);
  });

  it("refuses an event's name that does not fit the signed body", async () => {
    let runs = 0;
    const receiver = createReceiver(sender, quiet).on("*", () => void runs++);
    const sent = await createTestSender(sender)
      .to(receiver as never)
      .send(
        "push",
        { commits: [] },
        { tamper: (one) => ({ ...one, headers: { ...one.headers, "x-github-event": "release" } }) },
      );
    expect(sent).toMatchObject({ status: 400, code: "unidentified" });
    expect(runs).toBe(0);
  });
});

// Checks numbers of profiles that vendors' sources give.
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";

describe("facts that vendors' sources give as numbers", () => {
  const profiles = new Map(describedSenders().map(({ about, sender }) => [about.factory, sender.profile]));
  it.each([
    ["awsSns", { retryHorizonSeconds: 3_600 }],
    ["recurly", { timeLimitSeconds: 5 }],
    ["segment", { timeLimitSeconds: 5 }],
    ["woocommerce", { timeLimitSeconds: 60, retries: false }],
    ["sanity", { methods: ["POST", "PUT", "PATCH", "DELETE"] }],
  ])("%s", (factory, profile) => {
    expect(profiles.get(factory)).toMatchObject(profile);
  });
});

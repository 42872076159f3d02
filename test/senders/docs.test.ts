import { existsSync, readFileSync } from "node:fs";
import * as senders from "hookgate/senders";
import { describe, expect, it } from "vitest";

const secret = "0123456789abcdef0123456789abcdef";
const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const docs = (name: string) => new URL(`../../docs/senders/${name}`, import.meta.url);
const index = readFileSync(docs("README.md"), "utf8");

const BUILT = {
  standardWebhooks: senders.standardWebhooks({ secret: whsec }),
  svix: senders.svix({ secret: whsec }),
  github: senders.github({ secret }),
  stripe: senders.stripe({ secret }),
  slack: senders.slack({ secret }),
  shopify: senders.shopify({ secret }),
  gitlab: senders.gitlab({ token: secret }),
  tossPayments: senders.tossPayments({ confirm: () => true }),
  cloudEvents: senders.cloudEvents({ token: secret }),
};

/** `3 days 19 hours` in seconds. */
function secondsOf(text: string): number {
  const UNITS: Record<string, number> = { s: 1, hour: 3_600, day: 86_400 };
  return [...text.matchAll(/(\d+) (s|hour|day)s?\b/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit as string] as number),
    0,
  );
}

it("every sender that is exported has been described", () => {
  expect(Object.keys(BUILT).sort()).toEqual(Object.keys(senders).sort());
});

describe.each(Object.entries(BUILT))("the pages about %s", (factory, { name, profile, definition }) => {
  it("has one of its own, in the index, whose links lead somewhere", () => {
    expect(index).toContain(`[\`${factory}\`](${name}.md)`);
    const page = readFileSync(docs(`${name}.md`), "utf8");
    expect(page).toContain(`import { ${factory} } from "hookgate/senders";`);
    for (const [, link] of page.matchAll(/\]\((?!http)([^)]+)\)/g)) expect(existsSync(docs(link as string))).toBe(true);
  });

  it("say what its reply profile says", () => {
    const cells = index
      .split("\n")
      .find((line) => line.startsWith(`| \`${factory}\``))
      ?.split("|")
      .map((cell) => cell.trim());
    expect(secondsOf(cells?.[2] ?? "")).toBe(profile.timeLimitSeconds);
    expect(secondsOf(cells?.[3] ?? "")).toBe(profile.retryHorizonSeconds);
    expect(cells?.[3]?.includes("by hand")).toBe(!profile.retries);
    expect(cells?.[4]).toBe(`${profile.maxBodyBytes / 2 ** 20} MiB`);
    expect(profile.successStatus).toBe(200);
  });

  it("say whether it signs a time", () => {
    const row = index.split("\n").find((line) => line.startsWith(`| [\`${factory}\``));
    expect(row?.split("|")[4]?.trim() === "yes").toBe(definition.auth.signsTime);
  });
});

// A credential of another kind is refused when the sender is built, and a test secret in production is reported.
import { createReceiver, defineSender, json } from "hookgate";
import { bearerToken } from "hookgate/auth";
import * as senders from "hookgate/senders";
import { dropbox, github, linear, paddle, paystack, shopify, slack, stripe } from "hookgate/senders";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => vi.unstubAllEnvs());

const FOREIGN = [
  "sk_live_0123456789abcdef0123456789",
  "rk_test_0123456789abcdef0123456789",
  "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
  "github_pat_0123456789abcdefghijklmn",
  "xoxb-0123456789-0123456789-abcdef",
  "glpat-0123456789abcdefghij",
  "lin_api_0123456789abcdef0123456789",
  "shpat_0123456789abcdef0123456789abcdef",
  "SG.0123456789abcdef.0123456789abcdef",
];

describe("a credential of another kind", () => {
  it.each(FOREIGN)("%s is refused by stripe, github and slack, without its text", (secret) => {
    for (const [factory, make] of Object.entries({ stripe, github, slack })) {
      const build = () => make({ secret } as never);
      expect(build).toThrow(TypeError);
      expect(build).toThrow(new RegExp(`^${factory}: secret is an? `));
      expect(build).not.toThrow(secret.slice(0, 14));
    }
  });

  it("is refused among several secrets, and with white space around it", () => {
    expect(() => stripe({ secret: ["whsec_0123456789abcdef", "sk_live_0123456789abcdef"] })).toThrow(/API key.*whsec_/);
    expect(() => stripe({ secret: " sk_live_0123456789abcdef" })).toThrow(TypeError);
  });

  it("is refused by every sender with an option secret that does not sign with it", () => {
    const factories = Object.values(senders).filter(senders.isSenderFactory);
    const own = factories.filter(({ about }) => about.options.includes("secret"));
    expect(own.length).toBeGreaterThan(30);
    const accepted = own.filter((factory) => {
      try {
        factory({ secret: "ghp_0123456789abcdefghijklmnopqrstuvwxyz" } as never);
        return true;
      } catch (error) {
        return !/is a GitHub access token/.test((error as Error).message);
      }
    });
    expect(accepted.map(({ about }) => about.name)).toEqual([]);
  });

  it("is accepted by the sender that signs with it", () => {
    expect(() => paystack({ secret: "sk_live_0123456789abcdef0123456789" } as never)).not.toThrow();
    expect(() => shopify({ secret: "shpss_0123456789abcdef0123456789abcdef" } as never)).not.toThrow();
    expect(() => linear({ secret: "lin_wh_0123456789abcdef" } as never)).not.toThrow();
    expect(() => paddle({ secret: "pdl_ntfset_0123456789abcdef" } as never)).not.toThrow();
  });
});

describe("a test secret", () => {
  function warningsOf(secret: string): readonly string[] {
    const lines: string[] = [];
    const warn = (_: object, line: string) => void lines.push(line);
    createReceiver(stripe({ secret }), { logger: { warn, error: warn } });
    return lines.filter((line) => line.includes("test secret"));
  }

  it("is reported in production only", () => {
    expect(warningsOf("whsec_test_secret")).toEqual([]);
    vi.stubEnv("NODE_ENV", "production");
    expect(warningsOf("whsec_test_secret")).toEqual([
      expect.stringMatching(/^stripe: secret looks like a test secret/),
    ]);
    expect(warningsOf("whsec_q1w2e3r4t5y6u7i8o9p0")).toEqual([]);
  });
});

describe("a handler for a type that never arrives", () => {
  it("is refused where every event has one type", () => {
    const receiver = createReceiver(dropbox({ secret: "0123456789abcdef" } as never));
    expect(() => receiver.on("file.changed" as never, () => undefined)).toThrow(
      'receiver.on: "file.changed" never arrives: every event of dropbox has the type "list_folder"',
    );
    expect(() => receiver.on("list_folder" as never, () => undefined)).not.toThrow();
  });

  it("is accepted where types come from the delivery", () => {
    const own = defineSender({
      name: "erp",
      auth: bearerToken({ token: "0123456789abcdef" }),
      event: { id: json("id"), type: json("type") },
    });
    expect(() => createReceiver(own).on("anything", () => undefined)).not.toThrow();
  });
});

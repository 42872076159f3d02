import { describe, expect, it } from "vitest";
import { hmac } from "../../../src/auth/schemes/hmac.js";
import { json } from "../../../src/core/field.js";
import { senderFactory, type VendorDefinition } from "../../../src/senders/shared/factory.js";

interface Options {
  readonly secret?: string | undefined;
  readonly signingKey?: string | undefined;
}
const row: VendorDefinition<Options> = {
  factory: "erp",
  name: "erp",
  options: ["secret"],
  define: ({ secret, signingKey }) => ({
    auth: hmac({ secret: secret ?? signingKey, signature: { header: "x-signature", encoding: "hex" } }),
    event: { type: json("type") },
  }),
};
const erp = senderFactory(row);
const MISSING = "secret is missing; set the environment variable, or give a function to read it per delivery";

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("what is wrong with a sender's options is told in the sender's name", () => {
  it("and the scheme behind it is in the cause", () => {
    const error = thrownBy(() => erp({ secret: undefined }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe(`erp: ${MISSING}`);
    expect((error.cause as Error).message).toBe(`hmac: ${MISSING}`);
    expect((error.cause as Error).stack).toContain("hmac.ts");
  });

  it("with the vendor's words where the scheme has others", () => {
    const keyed = senderFactory({ ...row, options: ["signingKey"] });
    expect(thrownBy(() => keyed({ signingKey: undefined })).message).toBe(
      `erp: hmac: ${MISSING}; erp takes signingKey`,
    );
  });

  it("once, where the row names itself", () => {
    const strict = senderFactory<Options>({
      ...row,
      define: () => {
        throw new TypeError("erp: give secret or token");
      },
    });
    expect(thrownBy(() => strict({})).message).toBe("erp: give secret or token");
  });

  it("and what is no TypeError passes as it is", () => {
    const broken = new RangeError("x");
    const failing = senderFactory<Options>({
      ...row,
      define: () => {
        throw broken;
      },
    });
    expect(thrownBy(() => failing({}))).toBe(broken);
  });
});

it.each([
  ["nothing", undefined, "nothing"],
  ["null", null, "null"],
  ["the secret itself, which is not repeated", "whsec_c2VjcmV0", "a string"],
  ["a list", ["whsec_c2VjcmV0"], "an array"],
])("a factory refuses %s", (_, given, came) => {
  expect(thrownBy(() => erp(given as never)).message).toBe(`erp: options must be an object, { secret }; got ${came}`);
});

describe("a factory", () => {
  it("has the name that stands in a stack trace", () => {
    expect(erp.name).toBe("erp");
    expect(thrownBy(() => erp({})).stack).toMatch(/at (Module\.)?erp /);
  });

  it("tells its name, its sender's name and its options", () => {
    expect(erp.about).toEqual({ factory: "erp", name: "erp", options: ["secret"] });
    expect(Object.keys(erp)).toEqual(["about"]);
  });
});

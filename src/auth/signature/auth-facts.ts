// Derives what a scheme covers, reads and writes from its compiled description.
import type { Auth, Covers, WrittenPlace } from "../../core/auth.js";
import type { Plan, SignedOptions } from "./compile.js";

/** The parts of an `Auth` that follow from its description. */
export function authFacts(
  plans: readonly Plan[],
  options: Omit<SignedOptions, "signed">,
): Pick<Auth, "covers" | "signsTime" | "credentialHeaders" | "credentialQuery" | "needsPublicUrl" | "writes"> {
  const [first] = plans as [Plan];
  return {
    covers: plans.length === 1 ? first.covers : coversOfAll(plans),
    signsTime: options.timestamp !== undefined,
    credentialHeaders: plans.flatMap((plan) => plan.signature.headers),
    ...(first.signature.query === undefined ? {} : { credentialQuery: [first.signature.query] }),
    needsPublicUrl: first.signed.needsPublicUrl,
    writes: placesWritten(options),
  };
}

/** What a signature covers at most, for any of the families. */
function coversOfAll(plans: readonly Plan[]): Covers {
  const [first] = plans as [Plan];
  return { ...first.covers, headers: [...new Set(plans.flatMap((plan) => plan.covers.headers))] };
}

/** Where signing writes, beside the headers of the signature. */
function placesWritten({
  signature,
  timestamp,
  families = ["*"],
}: Omit<SignedOptions, "signed">): readonly WrittenPlace[] {
  return [signature.at, timestamp].flatMap((place) => {
    if (place === undefined || place.in === "param" || place.in === "literal" || place.in === "dotted") return [];
    const { in: where, name } = place;
    if (!name.includes("*") || where !== "header") return [{ in: where, name }];
    return families.map((family) => ({ in: where, name: name.replace("*", family).toLowerCase() }));
  });
}

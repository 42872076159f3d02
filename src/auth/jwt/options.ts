// The options of `jwt`, and those that `bearerJwt` shares.
import type { Field } from "../../core/field.js";
import type { TimeFormat } from "../../lib/time.js";
import type { JwsAlgorithm } from "./jws-algorithms.js";
import type { JwsKeySource } from "./jws-key-source.js";

/** A claim's exact value. */
export type ClaimValue = string | number | boolean;

/** The type allows `undefined` so that `process.env.X` can be passed; `undefined` is refused. */
type Texts = string | undefined | readonly (string | undefined)[];

/** A claim that is the hash of something in the delivery. */
export interface HashClaim {
  /** The claim's name: `"request_body_sha256"`. */
  readonly claim: string;
  /** Default `"sha256"`. */
  readonly hash?: "sha256" | "sha512";
  /** Default `"hex"`, lower case. */
  readonly encoding?: "hex" | "base64" | "base64url";
  /** For the hash of the body: the claim must be absent if the body is empty (MessageBird). Default: it must be present. */
  readonly isAbsentWhenEmpty?: boolean;
}

/** The rules for tokens, independent of key and place. */
export interface JwtRules {
  /** Accepted values of `iss`, exact. Google signs with two spellings. */
  readonly issuer?: Texts;
  /** Accepted values of `aud`, exact. A token for several audiences is accepted if one of them is accepted. */
  readonly audience?: Texts;
  /** The exact `sub`. Default: any. */
  readonly subject?: string;
  /** The kind of token, its `typ` header (RFC 8725 section 3.11): `"secevent+jwt"`. Default: any. */
  readonly type?: string;
  /** Claims that must have exactly these values: `{ email: "hooks@p.iam.gserviceaccount.com", email_verified: true }`. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  /** The claim with the name of the tenant. Tokens without it are refused. */
  readonly tenantClaim?: string;
  /** The largest accepted age of a token, in seconds since `iat`, which is then required. Default: only `exp` is checked. */
  readonly maxTokenAgeSeconds?: number;
  /** Largest accepted difference between the sender's clock and the receiver's for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
}

/** Reasons why a sender's tokens lack what every token should have, one sentence each. */
export interface JwtLacks {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiry?: string;
}

/** Options of `jwt`: where the token is, what it must say, and where its keys are. */
export type JwtOptions = JwsKeySource &
  JwtRules & {
    /** Where the token is: `"body"` for the whole body, `header("plaid-verification")`, `json("signedPayload")`. */
    readonly at: "body" | Field<"text">;
    /** Fixed text before the token in a header, exactly: `"Bearer "`. */
    readonly prefix?: string;
    /** Accepted algorithms. There is no default: a sender uses one. */
    readonly algorithms: readonly JwsAlgorithm[];
    /**
     * `issuer`, `audience` and `exp` are required. If the sender's tokens have none, give the reason here: `{ expiry: "signed
     * once, kept for ever" }`. Without issuer and audience every other token of the same keys is accepted, so `claims` or
     * `requiredClaims` must distinguish the sender's tokens from others.
     */
    readonly lacks?: JwtLacks;
    /** The audience is the URL as registered with the sender; `publicUrl` is then required. Instead of `audience`. */
    readonly audienceIsUrl?: boolean;
    /** Claims that must be present with any value. They distinguish these tokens from others of the same keys. */
    readonly requiredClaims?: readonly string[];
    /** The claim with the signed time: `{ claim: "iat", format: "unix-seconds" }`. It is then required. */
    readonly signedAt?: { readonly claim: string; readonly format: TimeFormat };
    /** The claim with the hash of the body. */
    readonly bodyHash?: HashClaim;
    /** The claim with the hash of the URL as registered with the sender; `publicUrl` is then required. */
    readonly urlHash?: HashClaim;
    /**
     * The token is in a JSON property or a form field, and its claims are the payload: the sender's body format decodes it.
     * The rest of the body is not read, so the whole payload is signed.
     */
    readonly isPayload?: boolean;
  };

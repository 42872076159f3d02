// The options of `jwt`, and those that `bearerJwt` shares.
import type { Field } from "../../core/field.js";
import type { TimeFormat } from "../../lib/time.js";
import type { JwsAlgorithm } from "./jws-algorithms.js";
import type { JwsKeySource } from "./jws-key-source.js";

/** A claim's exact value. */
export type ClaimValue = string | number | boolean;

/** `undefined` so that `process.env.X` type-checks; refused when built. */
type Texts = string | undefined | readonly (string | undefined)[];

/** A claim that is the hash of something in the delivery. */
export interface HashClaim {
  /** The claim's name: `"request_body_sha256"`. */
  readonly claim: string;
  /** Default `"sha256"`. */
  readonly hash?: "sha256" | "sha512";
  /** Default `"hex"`, lower case. */
  readonly encoding?: "hex" | "base64" | "base64url";
  /** Of the body's hash: where the body is empty the claim is not there, and must not be (MessageBird). Default: it is there. */
  readonly isAbsentWhenEmpty?: boolean;
}

/** What every token is held to, whatever the key, the place and the sender. */
export interface JwtRules {
  /** Accepted values of `iss`, exact. Google signs with two spellings. */
  readonly issuer?: Texts;
  /** Accepted values of `aud`, exact; a token for several passes when ours is one of them. */
  readonly audience?: Texts;
  /** The exact `sub`. Default: any. */
  readonly subject?: string;
  /** The kind of token, its `typ` header (RFC 8725 section 3.11): `"secevent+jwt"`. Default: any. */
  readonly type?: string;
  /** Claims that must have exactly these values: `{ email: "hooks@p.iam.gserviceaccount.com", email_verified: true }`. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  /** The claim whose text names the tenant; a token without it is refused. */
  readonly tenantClaim?: string;
  /** Oldest accepted token, in seconds since its `iat`, which is then required. Default: `exp` alone decides. */
  readonly maxTokenAgeSeconds?: number;
  /** Largest accepted difference between the sender's clock and ours for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
}

/** Why a sender's tokens lack what every token should have: a sentence each. */
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
     * `issuer`, `audience` and `exp` are required. Where the sender's tokens have none, say here why: `{ expiry: "signed
     * once, kept for ever" }`. Without an issuer and an audience any other token of the same keys passes, so name what
     * tells it from them in `claims` or `requiredClaims`.
     */
    readonly lacks?: JwtLacks;
    /** The audience is the URL as registered with the sender; `publicUrl` is then required. Instead of `audience`. */
    readonly audienceIsUrl?: boolean;
    /** Claims that must be there, whatever they say: they tell this kind of token from others of the same keys. */
    readonly requiredClaims?: readonly string[];
    /** When the token was made: `{ claim: "iat", format: "unix-seconds" }`. It is then required, and is the signed time. */
    readonly signedAt?: { readonly claim: string; readonly format: TimeFormat };
    /** The claim that binds the body of the delivery. */
    readonly bodyHash?: HashClaim;
    /** The claim that binds the URL as registered with the sender; `publicUrl` is then required. */
    readonly urlHash?: HashClaim;
    /**
     * The token is in a JSON property or a form field, and its claims are the payload: the sender's body format decodes it.
     * What stands beside it is then not read by anybody, so the payload is bound as a whole.
     */
    readonly isPayload?: boolean;
  };

// Picks the signature algorithm: the only one, or the one that the delivery names.
import type { KeyObject } from "node:crypto";
import { absent, type Refusal, refuse, type SignableRequest, type WrittenPlace } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { CHECKED_LATER, checkOptions, isObject, type OptionRules } from "../../lib/options.js";
import { ALGORITHMS, misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";
import { deliveryToSign } from "../request/signable-request.js";
import {
  checkUnverifiedField,
  isParsedField,
  PrivateFields,
  readUnverified,
  type UnverifiedField,
} from "../request/unverified-fields.js";
import { writeField } from "../request/write-field.js";

/** The algorithms of a sender whose deliveries name the one that they use: AWS SNS, PayPal. */
export interface AlgorithmByField {
  /** Where the delivery names its algorithm: `json("SignatureVersion")`. */
  readonly by: Field<"text">;
  /** The sender's names: `{ "1": "rsa-v1_5-sha1", "2": "rsa-v1_5-sha256" }`. Another name is refused. */
  readonly names: Readonly<Record<string, PublicKeyAlgorithm>>;
}

export interface AlgorithmChooser {
  readonly all: readonly PublicKeyAlgorithm[];
  readonly readsFields: boolean;
  /** Where `write` puts the algorithm's name. */
  readonly writes: readonly WrittenPlace[];
  of(delivery: Delivery, fields: PrivateFields | undefined): PublicKeyAlgorithm | Refusal;
  /** The request, with the algorithm's name in it if the sender names it. */
  write(request: SignableRequest, key: KeyObject): { algorithm: PublicKeyAlgorithm; request: SignableRequest };
}

/** @throws {TypeError} Where an algorithm is unknown. */
export function compileAlgorithm(algorithm: PublicKeyAlgorithm | AlgorithmByField): AlgorithmChooser {
  if (typeof algorithm === "object" && algorithm !== null) return algorithmByField(algorithm);
  const name = checkAlgorithm(algorithm, "publicKey: algorithm");
  return {
    all: [name],
    readsFields: false,
    writes: [],
    of: () => name,
    write: (request) => ({ algorithm: name, request }),
  };
}

const RULES: OptionRules<AlgorithmByField> = {
  by: CHECKED_LATER,
  names: {
    must: 'have at least one name, such as { "1": "rsa-v1_5-sha256" }',
    fits: (value) => isObject(value) && Object.keys(value).length > 0,
    isRequired: true,
  },
};

function algorithmByField(options: AlgorithmByField): AlgorithmChooser {
  checkOptions("publicKey: algorithm.", options, RULES);
  const { by, names } = options;
  const field: UnverifiedField = checkUnverifiedField(by, "publicKey: algorithm.by");
  const known = new Map(
    Object.entries(names).map(([name, one]) => [name, checkAlgorithm(one, `publicKey: algorithm.names.${name}`)]),
  );
  const missing = absent(`the ${field.in} value ${field.name}, which names the algorithm, is not there`);
  const unknown = refuse(
    "unauthenticated",
    `the ${field.in} value ${field.name} names an algorithm that is not accepted`,
  );
  return {
    all: [...new Set(known.values())],
    readsFields: isParsedField(field),
    writes: [{ in: field.in, name: field.name }],
    of(delivery, fields) {
      const name = readUnverified(field, delivery, fields);
      if (name === undefined) return missing;
      return typeof name === "string" ? (known.get(name) ?? unknown) : name;
    },
    write(request, key) {
      const delivery = deliveryToSign(request);
      const named = readUnverified(field, delivery, new PrivateFields(delivery));
      if (typeof named === "string") {
        const algorithm = known.get(named);
        if (algorithm !== undefined && misfitOf(key, algorithm) === undefined) return { algorithm, request };
        throw new TypeError("publicKey.sign: the key does not fit the algorithm that the request names");
      }
      const [name, algorithm] = [...known].find(([, one]) => misfitOf(key, one) === undefined) as [
        string,
        PublicKeyAlgorithm,
      ];
      return { algorithm, request: writeField(request, field, name) };
    },
  };
}

function checkAlgorithm(name: unknown, where: string): PublicKeyAlgorithm {
  if (typeof name === "string" && Object.hasOwn(ALGORITHMS, name)) return name as PublicKeyAlgorithm;
  throw new TypeError(`${where} must be one of ${Object.keys(ALGORITHMS).join(", ")}; got ${JSON.stringify(name)}`);
}

// Which chain do the samples use, of senders that bring one? The tests' own, whose leaf has the marks of Apple's.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../test/vectors/certificates/", import.meta.url);

function pem(name: string): string {
  return readFileSync(new URL(`${name}.pem`, FOLDER), "utf8");
}

export function appleLike(): { readonly root: string; readonly signer: string } {
  return { root: pem("root"), signer: pem("leaf-key") + pem("leaf") + pem("intermediate") };
}

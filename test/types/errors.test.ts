// Compiles wrong programs, and checks that the compiler's message names the mistake and the right option.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Each program with what its only error must say. */
const WRONG: readonly (readonly [program: string, says: RegExp])[] = [
  ["createReceiver(sender, { dedupe: { retention: 60 } })", /retentionSeconds/],
  ["createReceiver(sender, { dedupe: { ttl: 60 } })", /retentionSeconds/],
  ["createReceiver(sender, { dedupe: { retentionSecond: 60 } })", /Did you mean to write 'retentionSeconds'/],
  ["createReceiver(sender, { dedupe: { leaseSecond: 60 } })", /Did you mean to write 'leaseSeconds'/],
  ["createReceiver(sender, { dedupe: { lease: 60 } })", /leaseSeconds/],
  ["createReceiver(sender, { dedupe: { onStoreFailure: 'ignore' } })", /'"ignore"' is not assignable/],
  ["createReceiver(sender, { retentionSeconds: 60 })", /dedupe: \{ retentionSeconds \}/],
  ["createReceiver(sender, { tolerance: 60 })", /toleranceSeconds/],
  ["createReceiver(sender, { toleranceSecond: 60 })", /Did you mean to write 'toleranceSeconds'/],
  ["createReceiver(sender, { toleranceSeconds: '60' })", /'string' is not assignable to type 'number'/],
  ["createReceiver(sender, { trustedProxy: ['10.0.0.1'] })", /trustedProxies/],
  ["createReceiver(sender, { trustProxy: true })", /trustedProxies/],
  ["createReceiver(sender, { maxBodyByte: 1 })", /Did you mean to write 'maxBodyBytes'/],
  ["createReceiver(sender, { publicURL: 'https://a.example' })", /Did you mean to write 'publicUrl'/],
  ["createReceiver(sender, { url: 'https://a.example' })", /publicUrl/],
  ["createReceiver(sender, { timeout: 5 })", /answerWithinSeconds or handlerTimeoutSeconds/],
  ["createReceiver(sender, { secret: 'x' })", /createReceiver\(stripe\(\{ secret \}\)\)/],
  ["createReceiver(sender, { onOutcom: () => undefined })", /Did you mean to write 'onOutcome'/],
  ["createReceiver(sender, { logger: { warn: 1, error: () => undefined } })", /'number' is not assignable/],
  [
    "createReceiver(sender, { order: { key: (event) => event.id, versoin: () => 1 } })",
    /Did you mean to write 'version'/,
  ],
  ["createReceiver(sender, { inbox, dedupe: {} })", /dedupe|'\{\}' is not assignable to type 'undefined'/],
  ["createReceiver(sender, { inbox, tolerance: 5 })", /toleranceSeconds/],
  ["stripe({ secrets: 'x' })", /Did you mean to write 'secret'/],
  ["stripe({ secrett: 'x' })", /Did you mean to write 'secret'/],
  ["stripe({})", /Property 'secret' is missing/],
  ["github({ secert: 'x' })", /Did you mean to write 'secret'/],
  ["createReceiver(sender).work({ concurency: 1 })", /Did you mean to write 'concurrency'/],
];
/** Options that documents pass from the environment or from another framework, which may be absent. */
const RIGHT: readonly string[] = [
  "createReceiver(sender, { publicUrl: maybe, scope: maybe, name: maybe })",
  "createReceiver(sender, { toleranceSeconds: maybeNumber, maxBodyBytes: maybeNumber, logger: undefined, now: undefined })",
  "createReceiver(sender, { dedupe: { store: undefined, retentionSeconds: maybeNumber, strict: undefined } })",
  "createReceiver(sender, { inbox: undefined, dedupe: undefined, onOutcome: undefined, onError: undefined })",
  "createReceiver(sender).fetch(new Request('http://a.example'), { remoteAddress: maybe })",
  "createReceiver(sender).receive({ method: maybe, url: maybe, headers: {}, body: '', remoteAddress: maybe })",
  "createReceiver(sender).close({ graceSeconds: maybeNumber })",
  "stripe({ secret: maybe })",
];
const HEAD = `import { createReceiver, type Inbox } from "hookgate";
import { github, stripe } from "hookgate/senders";
const sender = stripe({ secret: "whsec_x" });
declare const inbox: Inbox;
declare const maybe: string | undefined;
declare const maybeNumber: number | undefined;
`;

let folder: string;
/** The messages of one compilation, by program. */
const messages = new Map<string, string>();

beforeAll(() => {
  mkdirSync(join(root, "test/types/compiled"), { recursive: true });
  folder = mkdtempSync(join(root, "test/types/compiled/wrong-"));
  const programs = [...WRONG.map(([program]) => program), ...RIGHT];
  programs.forEach((program, at) => {
    writeFileSync(
      join(folder, `p${at}.ts`),
      `${HEAD}export const result = () => ${program};\nvoid [github, stripe, sender, inbox, maybe, maybeNumber, createReceiver];\n`,
    );
  });
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noUnusedLocals: false },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const output = compile();
  for (const [at, program] of programs.entries()) {
    const own = output.split(/\n(?=\S)/).filter((message) => new RegExp(`(^|[/\\\\])p${at}\\.ts\\(`).test(message));
    messages.set(program, own.join("\n"));
  }
}, 120_000);
afterAll(() => rmSync(join(root, "test/types/compiled"), { recursive: true, force: true }));

function compile(): string {
  try {
    return execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder], {
      encoding: "utf8",
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe("the compiler's message", () => {
  it.each(WRONG)("for %s says %s", (program, says) => {
    const message = messages.get(program) ?? "";
    expect(message).toMatch(says);
    expect(message).not.toContain("No overload matches this call");
    expect(message.match(/error TS/g)).toHaveLength(1);
  });
});

describe("exactOptionalPropertyTypes accepts undefined in", () => {
  it.each(RIGHT)("%s", (program) => {
    expect(messages.get(program)).toBe("");
  });
});

// The files that the package opens with: those that `exports` and `bin` of package.json name. There is no second list.
import { readFileSync } from "node:fs";

export interface EntryPoint {
  /** What a user imports, such as `hookgate/auth`, or the command's name. */
  readonly specifier: string;
  readonly isCommand: boolean;
  /** Below the package's root: `src/auth/index.ts`. */
  readonly source: string;
  /** Below the package's root: `dist/auth/index.js`. */
  readonly built: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | null | { readonly import: { readonly default: string } }>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

export const root: URL = new URL("..", import.meta.url);

/** All but the patterns: `senderEntryPoints` has what `hookgate/senders/*` stands for. */
export function entryPoints(): readonly EntryPoint[] {
  const { name, exports, bin = {} } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as Manifest;
  const opened = Object.entries(exports).flatMap(([path, target]) =>
    target === null || path.includes("*")
      ? []
      : {
          specifier: name + path.slice(1),
          isCommand: false,
          built: typeof target === "string" ? target : target.import.default,
        },
  );
  const commands = Object.entries(typeof bin === "string" ? { [name]: bin } : bin).map(([specifier, built]) => ({
    specifier,
    isCommand: true,
    built,
  }));
  return [...opened, ...commands]
    .filter(({ built }) => built.endsWith(".js"))
    .map((entry) => ({ ...entry, source: sourceOf(entry.built), built: entry.built.replace(/^\.\//, "") }));
}

/** One for each sender: `hookgate/senders/stripe`. */
export function senderEntryPoints(): readonly EntryPoint[] {
  const index = readFileSync(new URL("src/senders/index.ts", root), "utf8");
  const names = [...index.matchAll(/ from "\.\/([a-z0-9-]+)\.js";$/gm)].map(([, name = ""]) => name);
  return [...new Set(names)].map((name) => ({
    specifier: `hookgate/senders/${name}`,
    isCommand: false,
    source: `src/senders/${name}.ts`,
    built: `dist/senders/${name}.js`,
  }));
}

function sourceOf(built: string): string {
  const [, path] = /^(?:\.\/)?dist\/(.+)\.js$/.exec(built) ?? [];
  if (path === undefined) throw new Error(`package.json: "${built}" is not built from src: name a file dist/….js`);
  return `src/${path}.ts`;
}

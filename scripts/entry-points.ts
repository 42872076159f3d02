// Which files does the package open with? Those that `exports` and `bin` of package.json name; there is no second list.
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
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

export const root: URL = new URL("..", import.meta.url);

export function entryPoints(): readonly EntryPoint[] {
  const { name, exports, bin = {} } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as Manifest;
  const opened = Object.entries(exports).map(([path, target]) => ({
    specifier: name + path.slice(1),
    isCommand: false,
    built: typeof target === "string" ? target : target.import.default,
  }));
  const commands = Object.entries(typeof bin === "string" ? { [name]: bin } : bin).map(([specifier, built]) => ({
    specifier,
    isCommand: true,
    built,
  }));
  return [...opened, ...commands]
    .filter(({ built }) => built.endsWith(".js"))
    .map((entry) => ({ ...entry, source: sourceOf(entry.built), built: entry.built.replace(/^\.\//, "") }));
}

function sourceOf(built: string): string {
  const [, path] = /^(?:\.\/)?dist\/([^*]+)\.js$/.exec(built) ?? [];
  if (path === undefined) throw new Error(`package.json: "${built}" is not built from src: name a file dist/….js`);
  return `src/${path}.ts`;
}

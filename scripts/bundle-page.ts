// Makes the inspector's page: one script with its library in it, and one style sheet; nothing is fetched from elsewhere.
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { root } from "./entry-points.js";

/** Preact is bundled, and its licence wants to be named. */
const BANNER = "/*! Contains Preact (https://preactjs.com), MIT License, Copyright (c) 2015-present Jason Miller */";

export interface BuiltPage {
  readonly script: Uint8Array;
  readonly styles: Uint8Array;
  /** Of the page to sign in. */
  readonly signIn: Uint8Array;
}

/** Bundles the page's sources; into the folder as `app.js`, `app.css` and `sign-in.js`, where one is given. */
export function bundlePage(folder?: string): BuiltPage {
  const { outputFiles } = buildSync({
    absWorkingDir: fileURLToPath(root),
    entryPoints: { app: "src/inspector/app/main.tsx", "sign-in": "src/inspector/app/sign-in.ts" },
    outdir: folder ?? "dist/inspector",
    tsconfig: "src/inspector/app/tsconfig.json",
    format: "iife",
    platform: "browser",
    target: ["es2022", "chrome105", "firefox110", "safari16.4"],
    bundle: true,
    minify: true,
    banner: { js: BANNER },
    legalComments: "none",
    logLevel: "warning",
    write: folder !== undefined,
  });
  const fileOf = (name: string): Uint8Array =>
    outputFiles?.find(({ path }) => path.endsWith(name))?.contents ?? new Uint8Array();
  return { script: fileOf("app.js"), styles: fileOf("app.css"), signIn: fileOf("sign-in.js") };
}

// What the browser loads: the page, its script and its style sheet, all from here, so it works without a network.
import { existsSync, readFileSync } from "node:fs";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

/** By path below the page. */
export type Assets = ReadonlyMap<string, Asset>;

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>hookgate inspector</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="app.css">
<script src="app.js" defer></script>
</head>
<body>
<div id="app"><p class="starting">Loading the inspector…</p></div>
<noscript><p class="starting">The inspector needs JavaScript. It loads none but its own.</p></noscript>
</body>
</html>
`;

/** Answered with 401 to whoever has not signed in. It holds nothing of any delivery. */
const SIGN_IN_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>hookgate inspector: sign in</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="app.css">
<script src="sign-in.js" defer></script>
</head>
<body>
<main class="sign-in">
<h1>hookgate inspector</h1>
<p>Open the URL that the program printed when it was started, or paste its token.</p>
<form>
<label>Token <input type="password" autocomplete="off" required></label>
<button type="submit">Sign in</button>
</form>
<p role="alert" class="said error"></p>
<noscript><p>The inspector needs JavaScript. It loads none but its own.</p></noscript>
</main>
</body>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#3b5bdb"/><path d="M4 3v10M12 3v10M4 8h8" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`;

/**
 * The page: no script and no style in it, for the policy allows none.
 *
 * The policy in words: scripts, styles, data and the icon from this origin, and nothing else; no frame around the page,
 * no form that goes anywhere, and no text that becomes HTML by a script (trusted types).
 */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

let loaded: Assets | undefined;

/** Read when first asked for. @throws {Error} Where the package was not built. */
export function loadAssets(): Assets {
  loaded ??= toAssets({ script: readBuilt("app.js"), styles: readBuilt("app.css"), signIn: readBuilt("sign-in.js") });
  return loaded;
}

export interface BuiltFiles {
  readonly script: Uint8Array;
  readonly styles: Uint8Array;
  readonly signIn: Uint8Array;
}

export function toAssets({ script, styles, signIn }: BuiltFiles): Assets {
  const asset = (type: string, content: Uint8Array | string): Asset => ({
    type: `${type}; charset=utf-8`,
    bytes: Buffer.from(content as string),
  });
  return new Map([
    ["/", asset("text/html", HTML)],
    ["/app.js", asset("text/javascript", script)],
    ["/sign-in", asset("text/html", SIGN_IN_HTML)],
    ["/sign-in.js", asset("text/javascript", signIn)],
    ["/app.css", asset("text/css", styles)],
    ["/icon.svg", asset("image/svg+xml", ICON)],
  ]);
}

/** Beside this file, or beside the ES module of it, once built; the sources take what was built last. */
function readBuilt(name: string): Buffer {
  const places = [`./${name}`, `../../inspector/${name}`, `../../dist/inspector/${name}`].map(
    (path) => new URL(path, import.meta.url),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`hookgate/inspector: ${name} is not there: run npm run build`);
  return readFileSync(found);
}

// Debian's Chromium, driven by playwright-core, with nothing of its own on the network.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Without it the tests are skipped, and say so; where it must be there they fail. */
export const hasChromium: boolean = existsSync(EXECUTABLE);
if (!hasChromium && process.env.CI) {
  throw new Error(`there is no ${EXECUTABLE}: the inspector must be seen in a browser (apt-get install chromium)`);
}
if (!hasChromium) console.warn(`SKIPPED: the inspector's page is not tested: there is no ${EXECUTABLE}`);

/** A directory for pictures of the page, to be looked at after the run. Without it none are taken: they cost seconds. */
const SCREENSHOTS = process.env.HOOKGATE_SCREENSHOTS;

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function openBrowser(colorScheme: "light" | "dark" = "light"): Promise<Browser> {
  if (SCREENSHOTS !== undefined) mkdirSync(SCREENSHOTS, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "hookgate-chromium-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: EXECUTABLE,
    headless: true,
    args: FLAGS,
    colorScheme,
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(20_000);
  return {
    context,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What went wrong in a page: scripts that failed, and what its policy refused. */
export function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(?:http:\/\/127\.0\.0\.1:|data:)/.test(request.url())) problems.push(`asked for ${request.url()}`);
  });
  return problems;
}

export async function shoot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

// The page, in a real browser: what came is listed, explained and drawn, lives, can be acted on, and stays text.
import type { SendOptions } from "hookgate/testing";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Browser, hasChromium, openBrowser, shoot, watch } from "./browser.js";
import { openScene, type Scene } from "./scene.js";

const INVOICE = { object: "event", data: { object: { id: "in_1", amount_paid: 1200, currency: "eur" } } };

describe.skipIf(!hasChromium)("the page", { timeout: 60_000 }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let scene: Scene;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    browser = await openBrowser();
    context = browser.context;
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    scene = await openScene();
    page = await context.newPage();
    problems = watch(page);
  });
  afterEach(async () => {
    await page.close();
    await context.clearCookies();
    await scene.close();
    expect(problems).toEqual([]);
  });

  /** As somebody who has signed in before; the last tests sign in by themselves. */
  const open = async (of = scene): Promise<void> => {
    const [name = "", value = ""] = of.cookie.split("=");
    await context.addCookies([{ name, value, domain: "127.0.0.1", path: "/hookgate" }]);
    await openAt(of.url);
  };
  const openAt = async (url: string): Promise<void> => {
    await page.goto(url);
    await page.getByText("live", { exact: true }).waitFor();
  };
  /** The page to sign in is answered with 401, of which browsers write a line. */
  const expectRefusals = (status: RegExp): void => {
    const refused = problems.filter((one) => /the server responded with a status of/.test(one));
    expect(refused.every((one) => status.test(one))).toBe(true);
    for (const one of refused) problems.splice(problems.indexOf(one), 1);
  };
  const rows = () => page.locator(".list tbody tr");
  const row = (text: string | RegExp) => rows().filter({ hasText: text });
  const openRow = (text: string | RegExp) => row(text).first().getByRole("button").click();
  const detail = () => page.locator("section.detail");

  it("lists what was delivered, the newest first, with outcome, event, status and time", async () => {
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1" });
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_2", wrongKey: true });
    await open();
    await expect.poll(() => rows().allInnerTexts()).toHaveLength(2);
    const [newest = "", oldest = ""] = await rows().allInnerTexts();
    expect(newest).toMatch(
      /unauthenticated by authenticate[\s\S]*\/webhooks\/stripe[\s\S]*billing[\s\S]*401[\s\S]* [mµ]s/,
    );
    expect(oldest).toMatch(/processed[\s\S]*invoice\.paid[\s\S]*evt_1[\s\S]*200/);
  });

  it("shows new deliveries as they arrive, and updates one whose handler ends later", async () => {
    await open();
    await page.getByText("Nothing was delivered since").waitFor();
    await scene.stripe.send("invoice.paid", INVOICE);
    await row("invoice.paid").waitFor();
    scene.slowMs = 1_000;
    await scene.stripe.send("slow.one", {});
    await row(/handler running/).waitFor();
    await row(/handler running.*then processed/).waitFor();
  });

  it.each([
    ["an unsigned delivery", { unsigned: true }, "authenticate", /none of the credential headers \(stripe-signature\)/],
    ["a stale signature", { stale: true }, "freshness", /3600 s|3,600 s/],
    ["another secret", { wrongKey: true }, "authenticate", /most likely the secret is not the one/],
    [
      "a body with a line break more",
      { tamper: (signed) => ({ ...signed, body: Buffer.concat([signed.body, Buffer.from("\n")]) }) },
      "authenticate",
      /a line break was added at its end. The secret is right/,
    ],
    ["a body that is no JSON", { body: "{" }, "parse", /JSON/],
  ] as readonly (readonly [string, Omit<SendOptions, "type" | "payload">, string, RegExp])[])(
    "tells why %s is refused, by which check, and what to do",
    async (_, fault, check, why) => {
      const sent = await scene.stripe.send("invoice.paid", fault.body === undefined ? INVOICE : undefined, fault);
      expect(sent.status).toBeGreaterThanOrEqual(400);
      await open();
      await rows().first().getByRole("button").click();
      await expect.poll(() => detail().locator(".ending").textContent()).toMatch(why);
      expect(await detail().locator(".checks .refused .name").allInnerTexts()).toEqual([`${check} refused`]);
    },
  );

  it("shows checks with their times, headers without credentials, and the body", async () => {
    await scene.stripe.send("invoice.paid", INVOICE, {
      headers: { authorization: "Bearer hunter2", "x-trace": "t-1" },
    });
    await open();
    await openRow("invoice.paid");
    await detail().locator(".checks").waitFor();
    const checks = await detail().locator(".checks li").allInnerTexts();
    expect(checks.map((line) => line.split("\n")[1]).join()).toMatch(
      /load passed.*authenticate passed.*freshness passed.*parse passed/,
    );
    expect(checks.every((line) => / (?:ms|µs)/.test(line))).toBe(true);
    const headers = await detail().locator(".headers").textContent();
    expect(headers).toContain("t-1");
    expect(headers).not.toContain("hunter2");
    expect(headers).toMatch(/stripe-signature\s*scrubbed, \d+ characters/);
    expect(await detail().locator("pre").first().textContent()).toContain('\n      "amount_paid": 1200');
    await detail().getByLabel("as it came").check();
    expect(await detail().locator("pre").first().textContent()).toContain('{"object":"event"');
  });

  it("groups retries and duplicates of an event", async () => {
    scene.broken = true;
    const first = await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_again" });
    scene.broken = false;
    await scene.stripe.send("invoice.paid", undefined, { duplicateOf: first });
    await scene.stripe.send("invoice.paid", undefined, { duplicateOf: first });
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_other" });
    await open();
    await expect.poll(() => rows().count()).toBe(4);
    await page.getByLabel("one line per event").check();
    await expect.poll(() => rows().count()).toBe(2);
    await openRow("evt_again");
    await detail().getByText("This event came 3 times").waitFor();
    expect(await detail().locator(".others li").allInnerTexts()).toEqual([
      expect.stringContaining("handler failed"),
      expect.stringContaining("processed"),
      expect.stringContaining("duplicate"),
    ]);
    await detail().locator(".others li").first().getByRole("button").click();
    await detail().getByText("Error: the database is gone").first().waitFor();
    await detail().getByText("Error: connect ECONNREFUSED").first().waitFor();
  });

  it("filters by words and by outcome, and pauses", async () => {
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1" });
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_2", wrongKey: true });
    await open();
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByLabel("Outcome").selectOption("refused");
    await expect.poll(() => rows().allInnerTexts()).toEqual([expect.stringContaining("unauthenticated")]);
    await page.getByLabel("Outcome").selectOption("all");
    await page.getByLabel("Search").fill("EVT_1");
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByLabel("Search").fill("");
    await page.getByRole("button", { name: "Pause" }).click();
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_3" });
    await page.getByRole("button", { name: "Go on (1 new)" }).waitFor();
    expect(await rows().count()).toBe(2);
    await page.getByRole("button", { name: "Go on (1 new)" }).click();
    await expect.poll(() => rows().count()).toBe(3);
  });

  it("replays a verified delivery, and not an unverified one", async () => {
    scene.broken = true;
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_lost" });
    await scene.stripe.send("invoice.paid", INVOICE, { wrongKey: true });
    scene.broken = false;
    await open();
    await openRow("unauthenticated");
    await detail().getByText("signing it again would turn a forgery into a genuine delivery").waitFor();
    expect(await detail().getByRole("button", { name: "Deliver again" }).isDisabled()).toBe(true);
    await openRow("evt_lost");
    await detail().getByRole("button", { name: "Deliver again" }).click();
    await row(/processed[\s\S]*replay/).waitFor();
    expect(scene.handled).toEqual(["invoice.paid"]);
    await detail().getByText("This event came 2 times").waitFor();
  });

  it("sends a signed test event, and one that is wrong", async () => {
    await open();
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByLabel("Type").fill("invoice.paid");
    await page.getByLabel("Payload").fill('{"data":{"object":{"id":"in_test"}}}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("200 processed").waitFor();
    await shoot(page, "send");
    await page.getByRole("combobox", { name: "Sent" }).selectOption("stale");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText(/401 unauthenticated/).waitFor();
    await page.getByLabel("Payload").fill("{");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText(/no JSON/).waitFor();
    problems.splice(0); // the browser itself writes a line for a 400
    await page.getByLabel("Payload").fill("{}");
    await page.getByRole("combobox", { name: "Sent" }).selectOption("none");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("button", { name: "Show the delivery" }).click();
    await detail().getByText("processed").first().waitFor();
    expect(scene.handled).toEqual(["invoice.paid", "invoice.paid"]);
  });

  it("shows what is dead in an inbox, and redrives it", async () => {
    scene.broken = true;
    await scene.github.send("push", { ref: "refs/heads/main", commits: [] });
    await open();
    await page.getByRole("button", { name: /Inbox.*dead/ }).click();
    await page.getByText("the database is gone").first().waitFor();
    await page.locator(".entries .open").first().click();
    await page.locator(".entry").getByText("refs/heads/main").waitFor();
    await shoot(page, "inbox");
    scene.broken = false;
    await page
      .locator(".entries")
      .getByRole("button", { name: /Redrive/ })
      .first()
      .click();
    await page.getByText("1 event waits again").waitFor();
    await expect.poll(() => scene.handled).toContain("push");
    await page.getByRole("radio", { name: /done/ }).check();
    await page.locator(".entries").getByText("push").first().waitFor();
  });

  it("draws outcomes and times of the last hour, and has them as a table", async () => {
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1" });
    await scene.stripe.send("invoice.paid", INVOICE, { wrongKey: true });
    await open();
    const chart = page.getByRole("img", { name: /The last hour: Handled 1, Nothing to do 0, Refused 1/ });
    await chart.waitFor();
    expect(await page.locator(".chart rect.good").count()).toBeGreaterThan(0);
    expect(await page.locator(".chart rect.refused").count()).toBeGreaterThan(0);
    expect(await page.locator(".chart rect.median").count()).toBeGreaterThan(0);
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1" });
    await page.getByRole("img", { name: /Nothing to do 1/ }).waitFor();
    await page.getByText("As a table").click();
    expect(await page.locator(".chart tbody").textContent()).toMatch(/ [mµ]s/);
  });

  describe("with hostile deliveries", () => {
    const SCRIPT = "<script>globalThis.pwned=1</script>";
    const IMAGE = '<img src=x onerror="globalThis.pwned=1">';
    const SVG = "<svg/onload=globalThis.pwned=1>";
    const TURNED = "invoice\u202egpj.exe";

    it("shows markup as text, wherever it comes, and runs none of it", async () => {
      const payload = { a: SCRIPT, b: IMAGE, [SVG]: "</pre></style></textarea>", c: "\u0000\u001b[31m\u200b\u2066" };
      const headers = { "x-evil": IMAGE, "user-agent": SCRIPT };
      await scene.stripe.send(IMAGE, payload, { id: SCRIPT, headers, path: `/webhooks/stripe/${encodeURI(SVG)}` });
      scene.broken = true;
      await scene.stripe.send(TURNED, payload, { id: `evt_${SVG}` });
      await scene.github.send(IMAGE, { x: SCRIPT });
      await scene.stripe.send("a", undefined, { unsigned: true, body: Buffer.from([0xff, 0xfe, 0x3c, 0x73]) });
      await open();
      await expect.poll(() => rows().count()).toBeGreaterThanOrEqual(4);
      for (const line of await rows().all()) {
        await line.getByRole("button").click();
        await detail().locator("h3", { hasText: "Body" }).waitFor();
        expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
      }
      await openRow(/processed/);
      const text = await detail().textContent();
      for (const hostile of [SCRIPT, IMAGE, SVG, "</pre></style></textarea>"]) expect(text).toContain(hostile);
      expect(text).toMatch(/\\u0000|U\+0000/);
      await openRow("U+202E");
      expect(await detail().locator("h2").textContent()).toContain("invoiceU+202Egpj.exe");
      await shoot(page, "hostile");
      await page.getByRole("button", { name: /Inbox/ }).click();
      await page.locator(".entries .open").first().click();
      await page.locator(".entry").getByText(SCRIPT).first().waitFor();
      const made = await page.locator("img, iframe, object, embed, #app script, #app style, a[href]").count();
      expect(made).toBe(0);
      expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
    });

    it("has no inline script or style, and its policy lets none run", async () => {
      await open();
      const refused = await page.evaluate(`new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
        try { document.body.innerHTML += "<b>x</b>"; } catch {}
        const script = document.createElement("script");
        try { script.text = "globalThis.pwned = 1"; document.head.append(script); } catch {}
      })`);
      expect(refused).toMatch(/trusted-types|script-src/);
      expect(await page.evaluate("globalThis.pwned")).toBeUndefined();
      problems.splice(0);
    });
  });

  it("is used by the keyboard alone", async () => {
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1" });
    await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_2", wrongKey: true });
    await open();
    await expect.poll(() => rows().count()).toBe(2);
    const focused = () =>
      page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id");
    for (let tabs = 0; tabs < 20 && !String(await focused()).startsWith("Open delivery 2"); tabs++)
      await page.keyboard.press("Tab");
    expect(await focused()).toContain("Open delivery 2");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toContain("Open delivery 1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("detail-title");
    await detail().getByText("Why:").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(focused).toContain("Open delivery 2");
    expect(await detail().count()).toBe(0);
  });

  it("says to a screen reader how many came, and names what it shows", async () => {
    await open();
    await scene.stripe.send("invoice.paid", INVOICE);
    await scene.stripe.send("invoice.paid", INVOICE);
    await page.getByText("2 new deliveries").waitFor({ state: "attached" });
    await expect.poll(() => rows().count()).toBe(2);
    for (const name of ["Views"]) await page.getByRole("navigation", { name }).waitFor();
    const unnamed = await page
      .locator("button, input, select")
      .evaluateAll(
        (all) =>
          (all as unknown as { labels?: { length: number }; textContent: string; ariaLabel: string | null }[]).filter(
            (one) => !one.textContent?.trim() && !one.ariaLabel && !one.labels?.length,
          ).length,
      );
    expect(unnamed).toBe(0);
  });

  it("goes on when the program was started anew with the same token", async () => {
    const lasting = await openScene({ token: "a-token-that-outlives-restarts-0123" });
    expect(lasting.printed).toBe("");
    await open(lasting);
    await lasting.stripe.send("invoice.paid", INVOICE);
    await row("invoice.paid").waitFor();
    lasting.restart();
    await page.getByText("connection lost").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await expect.poll(() => rows().count()).toBe(0);
    await lasting.close();
  });

  it("asks for the new token when the program was started anew with another, and takes its URL in the same tab", async () => {
    await open();
    await scene.stripe.send("invoice.paid", INVOICE);
    await row("invoice.paid").waitFor();
    scene.restart();
    await page.getByLabel("Token").waitFor();
    expect(await page.locator("body").textContent()).not.toContain("invoice.paid");
    await openAt(scene.signInUrl);
    await expect.poll(() => rows().count()).toBe(0);
    expectRefusals(/401/);
  });

  it("signs in by the URL that is printed, of which neither a log nor the address bar has the token", async () => {
    const token = scene.signInUrl.split("#token=")[1] as string;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.url()} ${JSON.stringify(request.headers())}`));
    await openAt(scene.signInUrl);
    expect(page.url()).toBe(scene.url);
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((one) => one.includes(token))).toEqual([]);
    expect(scene.log.length).toBeGreaterThan(8);
    expect(scene.log.filter((line) => line.includes(token))).toEqual([]);
    const cookies = await context.cookies(scene.url);
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Strict", path: "/hookgate" }]);
    expect(await page.evaluate("document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })")).toBe("{}");
    await page.goto(scene.signInUrl); // once more, signed in already
    await page.getByText("live", { exact: true }).waitFor();
    expect(page.url()).toBe(scene.url);
    expectRefusals(/401/);
  });

  it("signs in by the token that is pasted, and says when it is the wrong one", async () => {
    await page.goto(scene.url);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This is not the token that the program printed").waitFor();
    await shoot(page, "sign-in");
    await page.getByLabel("Token").fill(` ${scene.signInUrl.split("#token=")[1]} `);
    await page.getByLabel("Token").press("Enter");
    await page.getByText("live", { exact: true }).waitFor();
    expectRefusals(/40[13]/);
  });

  it("offers no action to a user who may only read", async () => {
    const looking = await openScene({ readOnly: true });
    await looking.stripe.send("invoice.paid", INVOICE);
    await open(looking);
    await page.getByText("read only").first().waitFor();
    expect(await page.getByRole("button", { name: "Send a test event" }).count()).toBe(0);
    await openRow("invoice.paid");
    await detail().locator(".checks").waitFor();
    expect(await detail().getByRole("button", { name: "Deliver again" }).count()).toBe(0);
    await looking.close();
  });

  it("follows the viewer's choice of light or dark", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await anHourOfDeliveries();
    vi.useRealTimers();
    const backOf = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    await page.setViewportSize({ width: 1180, height: 800 });
    await open();
    await openRow("unauthenticated");
    await detail().locator(".headers").waitFor();
    expect(await backOf()).toBe("rgb(255, 255, 255)");
    await shoot(page, "light");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(backOf).toBe("rgb(20, 22, 27)");
    await openRow("handler failed");
    await detail().locator(".headers").waitFor();
    await shoot(page, "dark");
    await page.setViewportSize({ width: 480, height: 860 });
    await shoot(page, "narrow");
    expect(await page.evaluate("document.documentElement.scrollWidth <= 480")).toBe(true);
  });

  /** What an hour brings: mostly good, a deploy that broke a handler, and somebody with a wrong secret. */
  async function anHourOfDeliveries(): Promise<void> {
    const startMs = Date.now() - 58 * 60_000;
    for (let minute = 0; minute < 58; minute++) {
      vi.setSystemTime(startMs + minute * 60_000);
      scene.broken = minute > 30 && minute < 36;
      for (let at = 0; at < 2 + ((minute * 7) % 5); at++) await scene.stripe.send("customer.updated", INVOICE);
      if (minute % 9 === 4) await scene.stripe.send("invoice.paid", INVOICE, { stale: true });
    }
    vi.setSystemTime(startMs + 58 * 60_000);
    scene.broken = true;
    const first = await scene.stripe.send("invoice.paid", INVOICE, { id: "evt_1QfZ3mLk" });
    scene.broken = false;
    await scene.stripe.send("invoice.paid", undefined, { duplicateOf: first });
    await scene.stripe.send("invoice.paid", undefined, { duplicateOf: first });
    await scene.stripe.send("invoice.later", INVOICE, { id: "evt_1QfZ9kTq" });
    await scene.stripe.send("invoice.paid", INVOICE, { stale: true });
    await scene.stripe.send("invoice.paid", INVOICE, { wrongKey: true });
  }
});

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { startApp, type TestApp } from "@faultline/service/testing";
import {
  type Browser,
  type BrowserContextOptions,
  defects,
  findChromium,
  launchBrowser,
  openPage,
  type Page,
} from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "./page-testing.ts";

const executablePath = findChromium();
const staticFolder = join(import.meta.dirname, "static");

describe.skipIf(!executablePath)("for everybody, the page", { timeout: 90_000 }, () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp("hotel"), launchBrowser(executablePath ?? "")]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  async function visit(options?: BrowserContextOptions): Promise<Page> {
    const { page } = await openPage(browser, options);
    await page.goto(app.url);
    await page.getByText("3 hotels").waitFor();
    return page;
  }

  test.each(["light", "dark"] as const)("has no accessibility defect, %s", async (colorScheme) => {
    const page = await visit({ colorScheme });
    expect(await defects(page)).toEqual([]);

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter your user name.").waitFor();
    expect(await defects(page)).toEqual([]);
    await page.keyboard.press("Escape");

    await signIn(page, 11);
    await page.getByText("Reviews and surroundings").first().click();
    await page.getByText("Museums nearby1").waitFor();
    expect(await defects(page)).toEqual([]);

    await page.route("**/reservation?*", (route) => route.abort());
    await page.getByRole("button", { name: "Book Clift Hotel" }).click();
    await page.getByLabel("Name of the guest").fill("Ada");
    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByText("It is not known whether").waitFor();
    await page.getByText("Details").last().click();
    expect(await defects(page)).toEqual([]);
  });

  test.each([320, 360, 768, 1280, 2560])("fits a screen %i pixels wide", async (width) => {
    const page = await visit({ viewport: { width, height: 700 } });

    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await smallTargets(page)).toEqual([]);
  });

  test("fits at twice the size of text", async () => {
    const page = await visit({ viewport: { width: 640, height: 700 } });

    await page.evaluate('document.documentElement.style.fontSize = "200%"');

    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(640);
  });

  test("says what it found, politely, where screen readers listen", async () => {
    const page = await visit();

    const summary = "3 hotels · Thu, Apr 9 – Fri, Apr 10, 2015 (1 night)";
    expect(await page.getByRole("status").filter({ hasText: summary }).count()).toBe(1);
    expect(await page.getByRole("main").count()).toBe(1);
    expect(await page.getByRole("search").count()).toBe(1);
  });

  test("lets nothing in from elsewhere and sends nothing there", async () => {
    const page = await visit();
    const elsewhere = app.url.replace("127.0.0.1", "localhost");

    const outcome = await page.evaluate(`fetch("${elsewhere}/hotels").then(() => "sent", String)`);

    expect(outcome).toBe("TypeError: Failed to fetch");
  });
});

test("the page weighs less than 90 kB, all files together and uncompressed", () => {
  const files = readdirSync(staticFolder, { recursive: true, encoding: "utf8" });

  const bytes = files
    .map((file) => statSync(join(staticFolder, file)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);

  expect(bytes).toBeLessThan(90_000);
});

/** Buttons and fields smaller than 24 by 24 pixels; links in running text may be. */
function smallTargets(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll("button, input, select, summary")]
    .filter((target) => target.checkVisibility())
    .filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      return width < 24 || height < 24;
    })
    .map((target) => target.outerHTML)`);
}

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

export type { Browser, BrowserContextOptions, Page, Route } from "playwright-core";

const programs = ["chromium", "chromium-browser", "google-chrome"];

const quiet = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where this machine has Chromium; undefined, with a message that says what to do, if nowhere. */
export function findChromium(): string | undefined {
  const found = spawnSync("which", programs, { encoding: "utf8" }).stdout?.split("\n")[0];
  if (found) return found;
  console.warn(
    "The pages were NOT tested: there is no Chromium here. " +
      "Install it (on Debian: apt-get install chromium) and run the tests again.",
  );
  return undefined;
}

/** A headless browser; the caller closes it. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: quiet });
}

/** A page in a context of its own, and what it did that a page must not do. */
export interface Visit {
  readonly page: Page;
  /** Messages of the console and uncaught errors. */
  readonly complaints: readonly string[];
  /** Every address that the page asked for. */
  readonly requests: readonly URL[];
}

/** Opens a page for the length of a test, without loading anything. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: URL[] = [];
  page.setDefaultTimeout(25_000);
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(new URL(request.url())));
  return { page, complaints, requests };
}

/** Presses Tab until the element with this name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const stopsMax = 60;
  const passed: string[] = [];
  for (let stop = 0; stop < stopsMax; stop++) {
    await page.keyboard.press("Tab");
    const focused = String(await page.evaluate(nameOfFocused));
    if (focused.startsWith(name)) return;
    passed.push(focused);
  }
  throw new Error(`Tab never reaches "${name}"; it passes ${passed.join(", ")}`);
}

const nameOfFocused = `(() => {
  const focused = document.activeElement;
  const label = focused.labels?.[0]?.textContent;
  return (focused.getAttribute("aria-label") ?? label ?? focused.textContent).trim();
})()`;

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe-core finds wrong with the page as it is now for who cannot see or point, as "rule: element". */
export async function defects(page: Page): Promise<unknown> {
  await page.evaluate(readFileSync(axe, "utf8"));
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
}

import { spawnSync } from "node:child_process";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

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
    "The page was NOT tested: there is no Chromium here. " +
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

/** Opens a page without loading anything; the caller closes its context. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
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

/** Signs in with the button at the top; the password is the sample data's. */
export async function signIn(page: Page, number: number): Promise<void> {
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("User name").fill(`Cornell_${number}`);
  await page.getByLabel("Password").fill(String(number).repeat(10));
  await page.getByLabel("Password").press("Enter");
  await page.getByText(`Signed in as Cornell_${number}`).waitFor();
}

/** Types coordinates and searches. */
export async function searchAt(page: Page, lat: string, lon: string): Promise<void> {
  await page.getByLabel("Latitude").fill(lat);
  await page.getByLabel("Longitude").fill(lon);
  await page.getByRole("button", { name: "Search hotels" }).click();
}

const nameOfFocused = `(() => {
  const focused = document.activeElement;
  const label = focused.labels?.[0]?.textContent;
  return (focused.getAttribute("aria-label") ?? label ?? focused.textContent).trim();
})()`;

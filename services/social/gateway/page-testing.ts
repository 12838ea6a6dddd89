import { spawnSync } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server } from "node:net";
import { startApp, type TestApp } from "@faultline/service/testing";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

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

/** The whole application with a browser before it. */
export interface Stage {
  readonly url: string;
  readonly mediaUrl: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts both. The caller closes it. */
export async function openStage(executablePath: string): Promise<Stage> {
  const door = await openMediaDoor();
  const app = await startApp("social");
  door.leadTo(app);
  const browser = await chromium.launch({ executablePath, args: quiet });
  return {
    url: app.url,
    mediaUrl: door.url,
    browser,
    async close() {
      await browser.close();
      await app.close();
      door.close();
    },
  };
}

/** The gateway wants to know where media are before their port is known, so here is a door to wherever that is. */
async function openMediaDoor() {
  let port = 0;
  const server: Server = createServer((client) => {
    const inner = connect(port, "127.0.0.1");
    client.pipe(inner).pipe(client);
    // Browsers drop connections as they like.
    for (const socket of [client, inner]) socket.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.MEDIA_FRONTEND_URL = url;
  return {
    url,
    leadTo(app: TestApp) {
      port = Number(app.address("media-frontend").split(":")[1]);
    },
    close: () => server.close(),
  };
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
export async function openPage(
  { browser, url }: Stage,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    ...{ reducedMotion: "reduce", locale: "en-US", baseURL: url },
    ...options,
  });
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

let people = 0;

/** Registers somebody whose name nobody else has; answers the name. The password is "a password". */
export async function register({ url }: Stage, name = "user"): Promise<string> {
  const username = `${name}_${++people}`;
  const fields = { first_name: "F", last_name: "L", username, password };
  const body = new URLSearchParams(fields);
  const answer = await fetch(`${url}/api/user/register`, {
    ...{ method: "POST", body, redirect: "manual" },
  });
  if (answer.status !== 302) throw new Error(await answer.text());
  return username;
}

export const password = "a password";

/** Logs in as people do, and waits for the main page. */
export async function logIn(page: Page, username: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Home timeline" }).waitFor();
  await page.locator("#account").getByText(username, { exact: true }).waitFor();
}

/** Posts what is typed, from the main page. */
export async function post(page: Page, text: string): Promise<void> {
  await page.getByLabel("What is new?").fill(text);
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await page.getByText("Posted. It is among").waitFor();
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

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server } from "node:net";
import { startApp, type TestApp } from "@faultline/service/testing";
import {
  type Browser,
  type BrowserContextOptions,
  launchBrowser,
  openPage,
  type Page,
  type Visit,
} from "@faultline/service/testing/browser";

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
  const app = await startKnowing(door.url);
  door.leadTo(app);
  const browser = await launchBrowser(executablePath);
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

/** Starts the application with a gateway that is told where browsers find media. */
async function startKnowing(mediaUrl: string): Promise<TestApp> {
  process.env.MEDIA_FRONTEND_URL = mediaUrl;
  try {
    return await startApp("social");
  } finally {
    delete process.env.MEDIA_FRONTEND_URL;
  }
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
  return {
    url,
    leadTo(app: TestApp) {
      port = Number(app.address("media-frontend").split(":")[1]);
    },
    close: () => server.close(),
  };
}

/** Opens a page of the application for the length of a test, without loading anything. */
export function visit({ browser, url }: Stage, options?: BrowserContextOptions): Promise<Visit> {
  return openPage(browser, { locale: "en-US", baseURL: url, ...options });
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

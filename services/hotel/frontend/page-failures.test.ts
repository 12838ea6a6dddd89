import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { startApp, type TestApp } from "@faultline/service/testing";
import {
  type Browser,
  findChromium,
  launchBrowser,
  openPage,
  type Route,
} from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { signIn } from "./page-testing.ts";

const executablePath = findChromium();
const unavailable = "rpc error: code = Unavailable desc = no connection to profile\n";

describe.skipIf(!executablePath)("when something fails, the page", { timeout: 90_000 }, () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp("hotel"), launchBrowser(executablePath ?? "")]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  async function visit() {
    const opened = await openPage(browser);
    await opened.page.goto(app.url);
    await opened.page.getByText("3 hotels").waitFor();
    return opened;
  }

  /** Signs in and opens the booking of hotel 1, filled in but not sent. */
  async function visitBooking() {
    const opened = await visit();
    await signIn(opened.page, 9);
    await opened.page.getByRole("button", { name: "Book Clift Hotel, number 1" }).click();
    await opened.page.getByLabel("Name of the guest").fill("Ada");
    return opened;
  }

  test("says a 500 in a sentence with details to unfold, and tries again on demand", async () => {
    const { page } = await visit();
    await page.route("**/hotels?*", (route) => route.fulfill({ status: 500, body: unavailable }));

    await page.getByRole("button", { name: "Search hotels" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("A part of the booking system cannot be reached right now.").waitFor();
    await page.getByText("code = Unavailable").waitFor({ state: "hidden" });
    await page.getByText("Details").click();
    await page.getByText(unavailable.trim()).waitFor();
    await page.unroute("**/hotels?*");
    await page.getByRole("button", { name: "Try again" }).click();

    await page.getByText("3 hotels").waitFor();
    expect(await alert.count()).toBe(0);
  });

  test("says a 400 in its own words", async () => {
    const { page } = await visit();
    const body = "Please check inDate/outDate format (YYYY-MM-DD)\n";
    await page.route("**/hotels?*", (route) => route.fulfill({ status: 400, body }));

    await page.getByRole("button", { name: "Search hotels" }).click();

    await page.getByText("These dates cannot be used").waitFor();
  });

  test("says that an answer cannot be read", async () => {
    const { page } = await visit();
    await page.route("**/hotels?*", (route) => route.fulfill({ body: '{"features":[{}]}' }));

    await page.getByRole("button", { name: "Search hotels" }).click();

    await page.getByText("could not be read").waitFor();
  });

  test("says that it is offline", async () => {
    const { page } = await visit();
    await page.context().setOffline(true);

    await page.getByRole("button", { name: "Search hotels" }).click();

    await page.getByText("You seem to be offline.").waitFor();
  });

  test("shows that it waits, and stops when asked to", async () => {
    const { page } = await visit();
    await page.route("**/hotels?*", neverAnswer);

    await page.getByRole("button", { name: "Search hotels" }).click();
    await page.getByRole("progressbar", { name: "Searching…" }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();

    await page.getByText("Stopped.").waitFor();
    expect(await page.getByRole("progressbar").count()).toBe(0);
  });

  test("gives up by itself when no answer comes", async () => {
    const { page } = await visit();
    await page.clock.install();
    await page.route("**/hotels?*", neverAnswer);

    await page.getByRole("button", { name: "Search hotels" }).click();
    await page.clock.fastForward(21_000);

    await page.getByText("did not answer within 20 seconds").waitFor();
  });

  test("shows the answer to the last question only", async () => {
    const { page } = await visit();
    const held: Route[] = [];
    await page.route("**/hotels?*", (route) => void held.push(route));
    await page.getByRole("button", { name: "Search hotels" }).click();
    await expect.poll(() => held.length).toBe(1);

    await page.getByRole("button", { name: "Cheapest" }).click();
    await page.getByText("1 hotel ·").waitFor();
    await held[0]?.continue().catch(() => "the page no longer wants it");

    expect(await page.locator(".card").count()).toBe(1);
  });

  test("sends one booking, however often the button is pressed", async () => {
    const { page, requests } = await visitBooking();
    const held: Route[] = [];
    await page.route("**/reservation?*", (route) => void held.push(route));

    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByRole("button", { name: "Book", exact: true }).click({ force: true });
    for (const key of ["Escape", "Escape", "Escape"]) await page.keyboard.press(key);
    await expect.poll(() => held.length).toBe(1);
    await held[0]?.continue();
    await page.getByText("Booked: 1 room at Clift Hotel").waitFor();

    expect(bookingsIn(requests)).toBe(1);
  });

  test("leaves it to the person to book again when the connection breaks off", async () => {
    const { page, requests } = await visitBooking();
    await page.route("**/reservation?*", (route) => route.abort("connectionreset"));

    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByText("It is not known whether the rooms were booked.").waitFor();
    expect(bookingsIn(requests)).toBe(1);
    await page.unroute("**/reservation?*");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Book Clift Hotel, number 1" }).click();
    await page.getByText("An earlier request for this hotel got no clear answer.").waitFor();
    await page.getByRole("button", { name: "Book again all the same" }).click();
    await page.getByText("Booked: 1 room at Clift Hotel").waitFor();

    expect(bookingsIn(requests)).toBe(2);
  });

  test("lets the browser send no booking twice when a used connection breaks off", async () => {
    const { page } = await openPage(browser);
    const { url, bookings, close } = await startBreakingProxy(app.url);
    onTestFinished(async () => {
      await page.context().close();
      await close();
    });

    await page.goto(url);
    await page.getByText("3 hotels").waitFor();
    await signIn(page, 9);
    await page.getByRole("button", { name: "Book Clift Hotel, number 1" }).click();
    await page.getByLabel("Name of the guest").fill("Ada");
    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByText("It is not known whether the rooms were booked.").waitFor();

    expect(bookings()).toBe(1);
  });

  test("says that a booking may have happened when it fails or is not waited for", async () => {
    const { page } = await visitBooking();
    await page.route("**/reservation?*", (route) => route.fulfill({ status: 500, body: "" }));
    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByText("It is not known whether the rooms were booked.").waitFor();
    await page.unroute("**/reservation?*");
    await page.route("**/reservation?*", neverAnswer);

    await page.getByRole("button", { name: "Book again all the same" }).click();
    await page.getByRole("button", { name: "Stop waiting" }).click();

    await page.getByText("It is not known whether the rooms were booked.").waitFor();
  });

  test("asks for the password again when it is no longer accepted", async () => {
    const { page } = await visitBooking();
    const message = "Failed. Please check your username and password. ";
    await page.route("**/reservation?*", (route) => route.fulfill({ json: { message } }));
    await page.getByLabel("Name of the guest").press("Enter");
    await page.getByText("are no longer accepted. Nothing was booked.").waitFor();
    await page.unroute("**/reservation?*");

    await page.getByRole("button", { name: "Book", exact: true }).click();
    await page.getByLabel("Password").fill("9999999999");
    await page.getByLabel("Password").press("Enter");

    await page.getByText("Booked: 1 room at Clift Hotel").waitFor();
  });

  test("shows what can be counted when something else cannot", async () => {
    const { page } = await visit();
    await signIn(page, 9);
    await page.route("**/museums?*", (route) => route.fulfill({ status: 500, body: unavailable }));
    const card = page.locator('.card[data-hotel="1"]');

    await card.getByText("Reviews and surroundings").click();

    await card.getByText("Reviews4").waitFor();
    await card.getByText("cannot be reached right now").waitFor();
  });
});

async function neverAnswer(): Promise<void> {}

/** Stands before the application and breaks off each connection on which a booking arrives. */
async function startBreakingProxy(target: string) {
  let bookings = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), "127.0.0.1");
    const end = () => [client, upstream].forEach((socket) => void socket.destroy());
    for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
    upstream.pipe(client);
    client.on("data", (bytes) => {
      if (!bytes.includes("POST /reservation")) return upstream.write(bytes);
      bookings++;
      return end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bookings: () => bookings,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}

function bookingsIn(requests: readonly URL[]): number {
  return requests.filter(({ pathname }) => pathname === "/reservation").length;
}

import { startApp, type TestApp } from "@faultline/service/testing";
import {
  type Browser,
  findChromium,
  launchBrowser,
  openPage,
  type Page,
  tabTo,
} from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { searchAt, signIn } from "./page-testing.ts";

const executablePath = findChromium();

describe.skipIf(!executablePath)("the page", { timeout: 90_000 }, () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp("hotel"), launchBrowser(executablePath ?? "")]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  /** Loads the page and waits for the first answer. */
  async function visit(options?: Parameters<typeof openPage>[1]) {
    const opened = await openPage(browser, options);
    await opened.page.goto(app.url);
    await opened.page.getByText("3 hotels").waitFor();
    return opened;
  }

  test("first shows the hotels of San Francisco, in the list and on the map", async () => {
    const { page } = await visit();

    expect(await listed(page)).toEqual(["3", "1", "2"]);
    expect(await marked(page)).toEqual(["3", "1", "2"]);
    await page.getByRole("heading", { name: "Hotels near San Francisco" }).waitFor();
    await page.getByRole("heading", { name: "Clift Hotel" }).waitFor();
    await page.getByText("Thu, Apr 9 – Fri, Apr 10, 2015 (1 night)").waitFor();
  });

  test("searches at coordinates that are typed", async () => {
    const { page } = await visit();

    await searchAt(page, "38.0235", "-122.095");
    await page.getByText("2 hotels").waitFor();

    expect(await listed(page)).toEqual(["39", "42"]);
    expect(await marked(page)).toEqual(["39", "42"]);
  });

  test("searches at a place that is chosen by its name", async () => {
    const { page } = await visit();

    await page.getByLabel("Place", { exact: true }).selectOption("Martinez");
    await page.getByRole("button", { name: "Search hotels" }).click();
    await page.getByRole("heading", { name: "Hotels near Martinez" }).waitFor();
    await page.getByText("2 hotels").waitFor();

    expect(await page.getByLabel("Latitude").inputValue()).toBe("38.0194");
  });

  test("searches where the map is clicked", async () => {
    const { page } = await visit();
    await page.getByRole("button", { name: "Whole bay" }).click();

    await page.locator(".map-surface").click({ position: { x: 420, y: 190 } });
    await page.getByRole("heading", { name: /^Hotels near 3\d\.\d{4}° N/ }).waitFor();

    expect(await page.getByLabel("Place", { exact: true }).inputValue()).toBe("");
  });

  test("moves the map by dragging and zooms by the wheel without searching", async () => {
    const { page, requests } = await visit();
    const asked = requests.length;
    const places = [await placeOnMap(page, "1"), await placeOnMap(page, "2")] as const;

    await page.mouse.move(900, 500);
    await page.mouse.down();
    await page.mouse.move(800, 530, { steps: 5 });
    await page.mouse.up();
    const dragged = [await placeOnMap(page, "1"), await placeOnMap(page, "2")] as const;
    await page.mouse.wheel(0, -200);
    await expect.poll(() => placeOnMap(page, "1")).not.toEqual(dragged[0]);
    const zoomed = [await placeOnMap(page, "1"), await placeOnMap(page, "2")] as const;

    expect(dragged[0].x - places[0].x).toBeCloseTo(-100, 0);
    expect(dragged[0].y - places[0].y).toBeCloseTo(30, 0);
    expect(zoomed[1].x - zoomed[0].x).toBeCloseTo(2 * (places[1].x - places[0].x), 0);
    expect(requests.length).toBe(asked);
  });

  test("says what to try where there is no hotel", async () => {
    const { page } = await visit();

    await searchAt(page, "0", "0");
    await page.getByText(/No hotel within 10 km .* Try another place/).waitFor();

    expect(await listed(page)).toEqual([]);
    expect(await marked(page)).toEqual([]);
  });

  test("leads from the search to a booking with the keyboard alone", async () => {
    const { page } = await visit();

    await tabTo(page, "Latitude");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("38.0235");
    await tabTo(page, "Longitude");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("-122.095");
    await page.keyboard.press("Enter");
    await page.getByText("2 hotels").waitFor();
    await tabTo(page, "Book St. Regis San Francisco, number 42");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Cornell_1");
    await tabTo(page, "Password");
    await page.keyboard.type("1111111111");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Book St. Regis .* 42/ }).waitFor();
    await page.keyboard.type("Ada");
    await tabTo(page, "Rooms");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByText(/^Booked: 2\srooms at St. Regis San Francisco \(number 42\)/).waitFor();
    await page.keyboard.press("Enter");

    await page.locator('[data-hotel="42"] button.book:focus').waitFor();
  });

  test("goes from hotel to hotel on the map by arrow keys, and by Enter to the list", async () => {
    const { page } = await visit();

    await tabTo(page, "3 Hotel Zetta");
    await page.keyboard.press("ArrowRight");
    await page.locator('.card.highlighted[data-hotel="1"]').waitFor();
    await page.keyboard.press("Enter");

    await page.locator('.card[data-hotel="1"] button.book:focus').waitFor();
  });

  test("moves the map by arrow keys and searches at the cross by Enter", async () => {
    const { page } = await visit();

    await tabTo(page, "Choose a place on the map");
    await page.keyboard.press("ArrowUp");
    await page.getByText(/° N, .*° W, .* from /).waitFor({ state: "attached" });
    await page.keyboard.press("Enter");

    await page.getByRole("heading", { name: /^Hotels near 37\.\d{4}° N, 122\.\d+° W/ }).waitFor();
  });

  test("recommends the nearest, the top rated and the cheapest", async () => {
    const { page } = await visit();

    await page.getByRole("button", { name: "Nearest" }).click();
    await page.getByText("1 hotel ·").waitFor();
    expect(await listed(page)).toEqual(["5"]);
    await page.getByRole("button", { name: "Top rated" }).click();
    await page.getByText("5 hotels ·").waitFor();
    expect(await listed(page)).toEqual(["9", "24", "39", "54", "69"]);
    await page.getByRole("button", { name: "Cheapest" }).click();
    await page.getByText("1 hotel ·").waitFor();
    expect(await listed(page)).toEqual(["2"]);
  });

  test("counts reviews and surroundings for those who sign in, and hides them after", async () => {
    const { page } = await visit();
    const card = page.locator('.card[data-hotel="1"]');

    await card.getByText("Reviews and surroundings").click();
    await card.getByText("Sign in to see reviews").waitFor();
    await card.getByText("Reviews and surroundings").click();
    await signIn(page, 7);
    await card.getByText("Reviews and surroundings").click();
    const counts = ["Reviews4", "Restaurants nearby5", "Museums nearby1", "Cinemas nearby0"];
    for (const count of counts) await card.getByText(count).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();

    await card.getByText("Museums nearby").waitFor({ state: "hidden" });
  });

  test("refuses a wrong password and keeps none", async () => {
    const { page, requests } = await visit();

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByLabel("User name").fill("Cornell_7");
    await page.getByLabel("Password").fill("wrong-one");
    await page.getByLabel("Password").press("Enter");
    await page.getByText("User name and password do not belong together").waitFor();
    await page.getByLabel("Password").fill("7777777777");
    await page.getByLabel("Password").press("Enter");
    await page.getByText("Signed in as Cornell_7").waitFor();

    expect(page.url()).toBe(`${app.url}/`);
    expect(await page.evaluate("localStorage.length + sessionStorage.length")).toBe(0);
    expect(await page.evaluate("document.cookie")).toBe("");
    expect(await page.getByLabel("Password").inputValue()).toBe("");
    expect(requests.filter(({ search }) => search.includes("password"))).toHaveLength(2);
  });

  test("forgets who is signed in when it is left", async () => {
    const { page } = await visit();
    await signIn(page, 7);

    await page.goto("about:blank");
    await page.goBack();

    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  });

  test("says that a hotel is booked out, and books nothing", async () => {
    const { page } = await visit();
    await signIn(page, 3);

    await searchAt(page, "38.1", "-122.0");
    await page.getByRole("button", { name: /^Book .* 51$/ }).click();
    await page.getByLabel("Name of the guest").fill("Grace");
    await page.getByLabel("Rooms").fill("201");
    await page.getByLabel("Rooms").press("Enter");
    await page.getByText("does not have that many rooms free").waitFor();
    await page.getByLabel("Rooms").fill("200");
    await page.getByLabel("Rooms").press("Enter");
    await page.getByText("Booked: 200 rooms").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("1 hotel ·").waitFor();

    expect(await listed(page)).toEqual(["54"]);
  });

  test("marks what is wrong in the form and asks nothing of the server", async () => {
    const { page, requests } = await visit();
    const asked = requests.length;

    await page.getByLabel("Check-out").first().fill("2015-04-09");
    await searchAt(page, "north", "-122");

    await page.getByText("Check-out must be after check-in.").waitFor();
    await page.getByText("Latitude is a number from −90 to 90.").waitFor();
    expect(await page.getByLabel("Latitude").getAttribute("aria-invalid")).toBe("true");
    expect(requests.length).toBe(asked);
  });

  test("asks only its own origin, and the console stays silent", async () => {
    const { page, complaints, requests } = await visit();

    await signIn(page, 5);
    await searchAt(page, "37.9", "-122.2");
    await page.getByText("2 hotels").waitFor();
    await page.getByRole("button", { name: "Top rated" }).click();
    await page.getByText("5 hotels").waitFor();

    expect(complaints).toEqual([]);
    expect([...new Set(requests.map(({ origin }) => origin))]).toEqual([app.url]);
  });
});

/** The ids of the hotels in the list, in its order. */
function listed(page: Page): Promise<unknown> {
  return page.evaluate('[...document.querySelectorAll(".card")].map((card) => card.dataset.hotel)');
}

/** Where the mark of a hotel is, in pixels. */
async function placeOnMap(page: Page, id: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(`.pin[data-hotel="${id}"]`).boundingBox();
  return { x: box?.x ?? Number.NaN, y: box?.y ?? Number.NaN };
}

/** The ids of the hotels on the map. */
function marked(page: Page): Promise<unknown> {
  return page.evaluate('[...document.querySelectorAll(".pin")].map((pin) => pin.dataset.hotel)');
}

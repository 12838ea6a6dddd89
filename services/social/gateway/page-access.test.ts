import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type BrowserContextOptions,
  defects,
  findChromium,
  tabTo,
} from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logIn, openStage, password, post, register, type Stage, visit } from "./page-testing.ts";

const executablePath = findChromium();
const staticFolder = join(import.meta.dirname, "static");
const pages = [
  "/",
  "/signup.html",
  "/main.html",
  "/profile.html",
  "/contact.html",
  "/compose.html",
];

describe.skipIf(!executablePath)("for everybody,", { timeout: 120_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage(executablePath ?? "");
  }, 60_000);
  afterAll(() => stage?.close());

  async function visitAsSomebody(options?: BrowserContextOptions) {
    const { page } = await visit(stage, options);
    const username = await register(stage);
    await logIn(page, username);
    return { page, username };
  }

  test.each(["light", "dark"] as const)(
    "no page has an accessibility defect, %s",
    async (colorScheme) => {
      const { page, username } = await visitAsSomebody({ colorScheme });
      await page
        .getByLabel("Pictures or films")
        .setInputFiles([
          { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("broken") },
        ]);
      await post(page, `@${username} http://example.org`);
      await page.getByText("Picture by", { exact: false }).waitFor();
      expect(await defects(page)).toEqual([]);
      await page.getByRole("button", { name: "Post", exact: true }).click();
      await page.getByText("Write something.").waitFor();
      expect(await defects(page)).toEqual([]);

      for (const path of [...pages, "/profile.html?username=somebody"]) {
        await page.goto(path);
        await page.waitForLoadState("networkidle");
        expect([path, await defects(page)]).toEqual([path, []]);
      }

      await page.goto("/contact.html");
      await page.locator("#follow").getByLabel("User name").fill("nobody at all");
      await page.getByRole("button", { name: "Follow", exact: true }).click();
      await page.getByText("Nobody here is called nobody at all.").waitFor();
      await page.getByText("Details").click();
      expect(await defects(page)).toEqual([]);
    },
  );

  test.each([320, 768, 1280])("every page fits a screen %i pixels wide", async (width) => {
    const { page, username } = await visitAsSomebody({ viewport: { width, height: 700 } });
    await post(page, `@${username} http://${"x".repeat(64)} ${"y".repeat(256)}`);
    for (const path of pages) {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([
        ...[path, width],
      ]);
    }
  });

  test("everything can be done with the keyboard", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await page.goto("/");
    await tabTo(page, "User name");
    await page.keyboard.type(username);
    await tabTo(page, "Password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Home timeline" }).waitFor();
    await page.locator("#account").getByText(username, { exact: true }).waitFor();

    await tabTo(page, "What is new?");
    await page.keyboard.type("typed");
    await tabTo(page, "Post");
    await page.keyboard.press("Enter");
    await page.getByText("Posted. It is among").waitFor();
    await tabTo(page, "People");
    await page.keyboard.press("Enter");
    await page.getByText("Nobody follows you yet.").waitFor();
    await tabTo(page, "Log out");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  });

  test("what comes of it is said where screen readers listen", async () => {
    const { page } = await visitAsSomebody();
    await post(page, "hello");
    expect(await page.getByRole("status").filter({ hasText: "Posted." }).count()).toBe(1);
    expect(await page.getByRole("main").count()).toBe(1);
    expect(await page.getByRole("navigation", { name: "Pages" }).count()).toBe(1);

    await page.getByRole("button", { name: "Post", exact: true }).click();
    const text = page.getByLabel("What is new?");
    expect(await text.getAttribute("aria-invalid")).toBe("true");
    expect(await text.getAttribute("aria-describedby")).toBe("text-error text-hint");
    expect(await page.evaluate("document.activeElement.id")).toBe("text");
  });

  test("a page takes nothing from elsewhere, and sends nothing there", async () => {
    const { page } = await visitAsSomebody();
    const elsewhere = stage.url.replace("127.0.0.1", "localhost");
    const sent = await page.evaluate(`fetch("${elsewhere}/main.html").then(() => "sent", String)`);
    expect(sent).toBe("TypeError: Failed to fetch");
  });
});

test("the pages weigh less than 60 kB, all files together and uncompressed", () => {
  const files = readdirSync(staticFolder, { recursive: true, encoding: "utf8" });
  const bytes = files
    .map((file) => statSync(join(staticFolder, file)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  expect(bytes).toBeLessThan(60_000);
});

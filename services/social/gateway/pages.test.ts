import { findChromium, type Page } from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logIn, openStage, password, post, register, type Stage, visit } from "./page-testing.ts";

const executablePath = findChromium();
/** A picture of one red point. */
const point = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

describe.skipIf(!executablePath)("with a browser one can", { timeout: 120_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage(executablePath ?? "");
  }, 60_000);
  afterAll(() => stage?.close());

  test("sign up, log in, post, see it among one's posts, and log out", async () => {
    const { page, complaints, requests } = await visit(stage);

    await page.goto("/");
    await page.getByRole("link", { name: "Sign up" }).click();
    await page.getByLabel("First name").fill("Ada");
    await page.getByLabel("Last name").fill("Lovelace");
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText("Welcome, ada. You can log in now.").waitFor();
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Nothing here yet. Follow somebody").waitFor();

    await post(page, "100 % of a & b + c = ?\nsecond line");
    await page.getByRole("link", { name: "My posts" }).click();
    const article = page.getByRole("article", { name: "Post by ada" });
    await article.waitFor();
    expect(await article.locator(".text").textContent()).toBe(
      "100 % of a & b + c = ?\nsecond line",
    );

    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.goto("/main.html");
    await page.getByText("Please log in again.").waitFor();
    expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
    expect(new Set(requests.map(({ host }) => host))).toEqual(new Set([new URL(stage.url).host]));
  });

  test("follow somebody, read their posts, and unfollow them", async () => {
    const [reader, writer] = [await register(stage), await register(stage, "writer")];
    const [{ page: theirs }, { page: mine }] = [await visit(stage), await visit(stage)];
    await Promise.all([logIn(theirs, writer), logIn(mine, reader)]);

    await mine.getByRole("link", { name: "People" }).click();
    await mine.getByText("You do not follow anybody yet.").waitFor();
    const following = mine.getByRole("region", { name: "You follow" });
    await mine.locator("#follow").getByLabel("User name").fill(writer);
    await mine.getByRole("button", { name: "Follow", exact: true }).click();
    await mine.getByText(`You follow ${writer} now.`).waitFor();
    await following.getByRole("link", { name: writer }).waitFor();

    await theirs.getByRole("link", { name: "People" }).click();
    await theirs.getByRole("region", { name: "Your followers" }).getByText("1 person").waitFor();
    await theirs.getByRole("link", { name: "Home" }).click();
    await post(theirs, `hello @${reader} and @nobody_at_all`);

    await mine.getByRole("link", { name: "Home" }).click();
    const article = mine.getByRole("article", { name: `Post by ${writer}` });
    await article.getByRole("link", { name: `@${reader}` }).waitFor();
    expect(await article.getByRole("link", { name: "@nobody" }).count()).toBe(0);
    await article.getByRole("link", { name: writer, exact: true }).click();
    await mine.getByRole("heading", { name: writer }).waitFor();
    await mine.getByRole("article").getByText("hello").waitFor();

    await mine.getByRole("button", { name: "Unfollow" }).click();
    await mine.getByText(`You do not follow ${writer} any more.`).waitFor();
    await mine.getByRole("link", { name: "People" }).click();
    await following.getByText("You do not follow anybody yet.").waitFor();
  });

  test("post pictures and see them, wherever they are kept", async () => {
    const { page, requests } = await visit(stage);
    const username = await register(stage, "painter");
    await logIn(page, username);

    const files = page.getByLabel("Pictures or films");
    const picture = { mimeType: "image/png", buffer: point };
    await files.setInputFiles([
      { ...picture, name: "one.png" },
      { ...picture, name: "two.png" },
      { ...picture, name: "three.png" },
    ]);
    await page.getByRole("button", { name: "Remove two.png" }).click();
    await post(page, `look, @${username}`);

    const images = page.getByRole("article").getByRole("img");
    await images.nth(1).waitFor();
    expect(await images.count()).toBe(2);
    await page.waitForFunction(
      "[...document.querySelectorAll('article img')].every((i) => i.naturalWidth === 1)",
    );
    expect(await images.first().getAttribute("alt")).toBe(`Picture 1 of 2 by ${username}`);
    const got = requests.filter(({ pathname }) => pathname === "/get-media/");
    expect(new Set(got.map(({ origin }) => origin))).toEqual(new Set([stage.mediaUrl]));
  });

  test("follow links as they were written, and nothing that only looks like one", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await logIn(page, username);

    await post(page, `@${username} see http://example.org/a?b=c#d and javascript:alert(1) too`);

    const link = page.getByRole("article").getByRole("link", { name: "http://example.org" });
    await link.waitFor();
    expect(await link.getAttribute("href")).toBe("http://example.org/a?b=c#d");
    expect(await link.getAttribute("rel")).toContain("noopener");
    const text = await page.getByRole("article").locator(".text").textContent();
    expect(text).toBe(`@${username} see http://example.org/a?b=c#d and javascript:alert(1) too`);
    expect(await page.getByRole("article").getByRole("link").count()).toBe(3);
  });

  test("write markup, which stays text for everybody", async () => {
    const { page, complaints } = await visit(stage);
    const username = await register(stage);
    await logIn(page, username);

    const markup = `@${username} <img src=x onerror="document.title='hacked'"><script>alert(1)</script>`;
    await post(page, markup);

    await page.getByRole("article").getByText("<script>alert(1)</script>").waitFor();
    expect(await page.locator("article img, article script").count()).toBe(0);
    expect(await page.title()).toBe("Home · Social Network");
    expect(complaints).toEqual([]);
  });

  /** Somebody who has posted so many texts, "number 1!" and so on, and how to add one. */
  async function logInWithPosts(page: Page, count: number) {
    const username = await register(stage);
    await logIn(page, username);
    const session = await page.evaluate("fetch('api/user/session').then((r) => r.json())");
    const { user_id: userId } = session as { user_id: string };
    const composing = async (i: number) => {
      const fields = { user_id: userId, username, text: `number ${i}!`, post_type: "0" };
      const body = new URLSearchParams(fields);
      const address = `${stage.url}/wrk2-api/post/compose`;
      expect((await fetch(address, { method: "POST", body })).status).toBe(200);
    };
    for (let i = 1; i <= count; i++) await composing(i);
    return { composing };
  }

  test("read older posts, each once, also while new ones come", async () => {
    const { page } = await visit(stage);
    const { composing } = await logInWithPosts(page, 25);

    await page.getByRole("link", { name: "My posts" }).click();
    await page.getByText("The newest 20 posts; there are older ones.").waitFor();
    await composing(26);
    await page.getByRole("button", { name: "Show older posts" }).click();
    await page.getByText("25 posts", { exact: true }).waitFor();

    const texts = await page.locator("article .text").allInnerTexts();
    expect(texts).toEqual(Array.from({ length: 25 }, (_, i) => `number ${25 - i}!`));
    expect(await page.getByRole("button", { name: "Show older posts" }).isVisible()).toBe(false);
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("number 26!").waitFor();
  });

  test("read all posts where pages end early, as they do with the longest texts", async () => {
    const { page } = await visit(stage);
    await logInWithPosts(page, 5);
    await page.route("**/api/user-timeline/**", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: (await response.json()).slice(0, 3) });
    });

    await page.getByRole("link", { name: "My posts" }).click();
    await page.getByText("The newest 3 posts; there are older ones.").waitFor();
    await page.getByRole("button", { name: "Show older posts" }).click();
    await page.getByText("5 posts", { exact: true }).waitFor();

    const texts = await page.locator("article .text").allInnerTexts();
    expect(texts).toEqual([5, 4, 3, 2, 1].map((i) => `number ${i}!`));
    expect(await page.getByRole("button", { name: "Show older posts" }).isVisible()).toBe(false);
  });

  test("post from the page that has nothing else", async () => {
    const { page } = await visit(stage);
    await logIn(page, await register(stage));
    await page.goto("/compose.html");
    await post(page, "short");
  });
});

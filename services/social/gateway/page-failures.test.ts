import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "@faultline/service/testing/browser";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { textMax } from "../limits.ts";
import { logIn, openStage, password, post, register, type Stage, visit } from "./page-testing.ts";

const executablePath = findChromium();

describe.skipIf(!executablePath)("when something fails,", { timeout: 120_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage(executablePath ?? "");
  }, 60_000);
  afterAll(() => stage?.close());

  test("a name that is taken is said, and everything typed stays", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await page.goto("/signup.html");
    await page.getByLabel("First name").fill("A");
    await page.getByLabel("Last name").fill("B");
    await page.getByLabel("User name").fill(username);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("alert").getByText(`The user name ${username} is taken.`).waitFor();
    expect(await page.getByLabel("First name").inputValue()).toBe("A");
    expect(await page.evaluate("document.activeElement.id")).toBe("username");
  });

  test("each field that is missing or wrong says so before anything is sent", async () => {
    const { page, requests } = await visit(stage);
    await page.goto("/signup.html");
    await page.getByLabel("User name").fill("no blanks please");
    const before = requests.length;
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText("Enter your first name.").waitFor();
    await page.getByText("Use letters, digits, hyphens and underscores only.").waitFor();
    await page.getByText("Choose a password.").waitFor();
    expect(requests.length).toBe(before);
  });

  test("a wrong password and an unknown name are told alike", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await page.goto("/");
    for (const name of [username, "nobody_at_all"]) {
      await page.getByLabel("User name").fill(name);
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("alert").getByText("do not belong together").waitFor();
      await page.reload();
    }
  });

  test("a session that has ended leads to the log-in page, and what was typed is there afterwards", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await logIn(page, username);
    await page.context().clearCookies();
    await page.getByLabel("What is new?").fill("a long thought");
    await page.getByRole("button", { name: "Post", exact: true }).click();
    await page.getByText("You are not logged in any more.").waitFor();
    await logIn(page, username);
    expect(await page.getByLabel("What is new?").inputValue()).toBe("a long thought");
  });

  test("a post that may be out all the same is not posted again unasked", async () => {
    const { page } = await visit(stage);
    await logIn(page, await register(stage));
    const body = "compost_post failure: no connection to text-service\n";
    await page.route("**/api/post/compose", (route) => route.fulfill({ status: 500, body }));
    await page.getByLabel("What is new?").fill("once");
    await page.getByRole("button", { name: "Post", exact: true }).click();
    await page.getByText("look at your posts before you try again").waitFor();
    await page.getByText("Details").click();
    await page.getByText("no connection to text-service").waitFor();
    expect(await page.getByLabel("What is new?").inputValue()).toBe("once");
    await page.unroute("**/api/post/compose");
    await post(page, "once");
  });

  test("a text that is too long is said, is not out, and stays", async () => {
    const { page } = await visit(stage);
    await logIn(page, await register(stage));
    const long = "x".repeat(textMax + 1);
    // What scripts and older browsers put there, the field does not cut off.
    await page.evaluate(`document.getElementById("text").value = "${long}"`);
    await page.getByRole("button", { name: "Post", exact: true }).click();
    await page.getByRole("alert").getByText("This text is too long: 65,536 characters").waitFor();
    expect(await page.getByText("It may have been posted").count()).toBe(0);
    expect(await page.getByLabel("What is new?").inputValue()).toBe(long);
    await post(page, "short");
  });

  test("a timeline that cannot be read is said, and can be read later", async () => {
    const { page } = await visit(stage);
    const username = await register(stage);
    await logIn(page, username);
    await post(page, `@${username} was here`);
    await page.goto("/main.html");
    const written = page.getByRole("article").getByText("was here");
    await written.waitFor();
    await page.route("**/api/home-timeline/**", (route) => route.abort());
    await page.reload();
    await page.getByRole("alert").getByText("The social network cannot be reached.").waitFor();
    expect(await written.count()).toBe(0);
    await page.unroute("**/api/home-timeline/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await written.waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("a picture that cannot be sent keeps the post back, and is not sent twice", async () => {
    const { page, requests } = await visit(stage);
    await logIn(page, await register(stage));
    const file = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("a") };
    await page.getByLabel("Pictures or films").setInputFiles([file, { ...file, name: "b.png" }]);
    await page.getByLabel("What is new?").fill("two pictures");
    let uploads = 0;
    await page.route("**/upload-media", (route) =>
      ++uploads === 2 ? route.abort() : route.continue(),
    );
    await page.getByRole("button", { name: "Post", exact: true }).click();
    await page.getByRole("alert").getByText("cannot be reached").waitFor();
    expect(requests.some(({ pathname }) => pathname === "/api/post/compose")).toBe(false);

    await post(page, "two pictures");
    expect(uploads).toBe(3);
  });

  test("a file that is too large is said before it is sent", async () => {
    const { page } = await visit(stage);
    await logIn(page, await register(stage));
    const folder = await mkdtemp(join(tmpdir(), "pages-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const film = join(folder, "film.mp4");
    await writeFile(film, "");
    await truncate(film, 17_000_000);
    await page.getByLabel("Pictures or films").setInputFiles(film);
    await page.getByText("film.mp4 is too large: 16 MB is the most.").waitFor();
    expect(await page.getByRole("button", { name: "Remove film.mp4" }).count()).toBe(0);
  });

  test("a browser that keeps nothing more follows, and posts, as well", async () => {
    const { page, complaints } = await visit(stage);
    const [reader, writer] = [await register(stage), await register(stage, "writer")];
    await page.addInitScript("Storage.prototype.setItem = () => { throw new Error('full'); }");
    await logIn(page, reader);
    await post(page, "kept nowhere else");
    await page.goto("/contact.html");
    await page.locator("#follow").getByLabel("User name").fill(writer);
    await page.getByRole("button", { name: "Follow", exact: true }).click();
    await page.getByText(`You follow ${writer} now.`).waitFor();
    expect(complaints).toEqual([]);
  });

  test("somebody who does not exist cannot be followed", async () => {
    const { page } = await visit(stage);
    await logIn(page, await register(stage));
    await page.goto("/contact.html");
    await page.locator("#follow").getByLabel("User name").fill("nobody_at_all");
    await page.getByRole("button", { name: "Follow", exact: true }).click();
    await page.getByRole("alert").getByText("Nobody here is called nobody_at_all.").waitFor();
  });
});

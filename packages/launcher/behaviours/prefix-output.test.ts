import { expect, test } from "vitest";
import { fixture, startAll, temporaryFolder } from "../test-launch.ts";

test("with --verbose every line is shown with its server's name, also the last ones", async () => {
  const plans = [await fixture("geo"), await fixture("frontend", { uses: ["geo"] })];
  const { launch, screen } = await startAll(plans, temporaryFolder(), true);

  await launch.stop();

  expect(screen.lines).toEqual(
    expect.arrayContaining([
      "geo      │ mood good",
      "geo      │ told to stop",
      "frontend │ mood good",
      "frontend │ told to stop",
    ]),
  );
});

test("without it the terminal stays quiet while all goes well", async () => {
  const { launch, screen } = await startAll([await fixture("geo")]);

  await launch.stop();

  expect(screen.lines).toEqual([]);
});

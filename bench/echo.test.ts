import { expect, onTestFinished, test } from "vitest";
import { type EchoKind, startEcho } from "./echo.ts";

test.each(["grpc", "thrift"] as const)(
  "a call of the yardstick %s costs something",
  async (kind) => {
    const echo = await startEcho(kind, 4);
    try {
      const callMs = await echo.measure(300);

      expect(callMs).toBeGreaterThan(0);
      expect(callMs).toBeLessThan(100);
    } finally {
      echo.close();
    }
  },
);

test("a yardstick whose process ends is known to be broken at once", async () => {
  await expect(startEcho("no such" as EchoKind, 1)).rejects.toThrow("the echo process has ended");
});

test("a yardstick that dies between two measurements fails the next one, and nothing else", async () => {
  const echo = await startEcho("grpc", 1);
  onTestFinished(() => echo.close());
  await echo.measure(50);
  echo.close();

  // The first may find the processes still ending, the second finds them gone.
  await expect(echo.measure(50)).rejects.toThrow("the echo process has ended");
  await expect(echo.measure(50)).rejects.toThrow("the echo process has ended");
});

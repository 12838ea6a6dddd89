import { expect, test } from "vitest";
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

import { expect, test } from "vitest";
import { startEcho } from "./echo.ts";

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

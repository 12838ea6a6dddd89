import { expect, test } from "vitest";
import { readTokenSecret } from "./login.ts";

test("tokens are signed with the original's secret, unless the environment has another", () => {
  expect(readTokenSecret({})).toBe("secret");
  expect(readTokenSecret({ JWT_SECRET: "" })).toBe("secret");
  expect(readTokenSecret({ JWT_SECRET: " s3cr3t " })).toBe(" s3cr3t ");
});

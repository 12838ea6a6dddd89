import { expect, test } from "vitest";
import { readGatewaySettings } from "./gateway.ts";

test("the gateway serves workloads, and finds the media-frontend by itself, unless told otherwise", () => {
  const unset = { mediaFrontendUrl: undefined, benchmarkApi: "open" };
  expect(readGatewaySettings({})).toEqual(unset);
  const mediaFrontendUrl = "https://media.example.org";
  const environment = { MEDIA_FRONTEND_URL: mediaFrontendUrl, WRK2_API: "closed" };
  expect(readGatewaySettings(environment)).toEqual({ mediaFrontendUrl, benchmarkApi: "closed" });
  expect(() => readGatewaySettings({ WRK2_API: "no" })).toThrow(
    "WRK2_API must be one of open, closed",
  );
});

import type { Middleware } from "@faultline/rpc/call";
import { unavailable } from "@faultline/rpc/errors";
import { expect, test } from "vitest";
import { createGateway } from "./gateway.ts";
import { openGateway, somePlace } from "./gateway-testing.ts";
import { mediaOrigin } from "./media-place.ts";

test("nobody waits longer than ten seconds for a service", () => {
  const gateway = createGateway({} as Parameters<typeof createGateway>[0], {
    secret: "s",
    benchmark: true,
    media: somePlace,
  });
  const apis = gateway.routes.filter(({ path }) => path.includes("api/"));
  expect(apis.length).toBe(17);
  for (const { deadlineMs } of apis) expect(deadlineMs).toBe(10_000);
});

test.each([
  ["localhost:8080", "//localhost:8081"],
  ["10.1.2.3:20080", "//10.1.2.3:20081"],
  ["[::1]:8080", "//[::1]:8081"],
  ["social.example.org", "//social.example.org:8081"],
  ["a; script-src *:1", "//localhost:8081"],
  ["", "//localhost:8081"],
])("a browser that knows us as %s finds media at %s", (host, origin) => {
  expect(mediaOrigin(somePlace, host)).toBe(origin);
});

test("media are where the deployment says", async () => {
  const url = "https://media.example.org/x";
  const { get } = await openGateway({}, { media: { ...somePlace, url } });
  expect(await (await get("/settings.json")).json()).toEqual({
    media: "https://media.example.org",
  });
});

test.each(["/", "/index.html", "/signup.html", "/main.html", "/contact.html", "/profile.html"])(
  "%s is a page that only talks to us and the media-frontend, and is read by GET only",
  async (path) => {
    const { get, post, url } = await openGateway(
      {},
      { media: { ...somePlace, url: "http://m:1" } },
    );
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("connect-src 'self' http://m:1;");
    expect(page.headers.get("access-control-allow-origin")).toBe("*");
    const posted = await post(path, "");
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await fetch(`${url}${path}`, { method: "HEAD" })).status).toBe(200);
  },
);

test.each(["/jaeger-config.json", "/lua-scripts/", "/nothing"])("%s is not there", async (path) => {
  const { get } = await openGateway();
  expect((await get(path)).status).toBe(404);
});

test("what a client did wrong is no failure of ours to record; what a service did is one", async () => {
  const recorded: unknown[] = [];
  const recording: Middleware = async (call, next) => {
    const end = next(call);
    await end.catch(() => recorded.push(call.name));
    return end;
  };
  const readHomeTimeline = () => {
    throw unavailable("gone");
  };
  const { get } = await openGateway({ readHomeTimeline }, {}, [recording]);
  for (const query of ["", "user_id=x&start=0&stop=1", "user_id=1&start=0&stop=1"]) {
    await get(`/wrk2-api/home-timeline/read?${query}`);
  }
  await get("/api/user/session");
  expect(recorded).toEqual(["GET /wrk2-api/home-timeline/read"]);
});

import { startApp } from "@faultline/service/testing";
import { recordSpans } from "@faultline/telemetry/recorded-spans";
import { expect, onTestFinished, test, vi } from "vitest";

test("a post is one trace, whose services and calls have the original's names", async () => {
  const { exporter, spans } = recordSpans();
  const app = await startApp("social", { exporter });
  onTestFinished(() => app.close());
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${app.url}${path}`, { method: "POST", body: new URLSearchParams(fields) });
  const names = { first_name: "F", last_name: "L", username: "username_1" };
  await post("/wrk2-api/user/register", { ...names, password: "p", user_id: "1" });
  const before = spans().length;

  const text = "to @username_1 of http://example.org";
  const form = { ...{ user_id: "1", username: "username_1" }, text, post_type: "0" };
  const answer = await post("/wrk2-api/post/compose", form);
  expect(answer.status).toBe(200);

  const calls = await vi.waitFor(() => {
    const own = spans().slice(before);
    const root = own.find(({ name }) => name === "POST /wrk2-api/post/compose");
    const ofIt = own.filter((span) => span.spanContext().traceId === root?.spanContext().traceId);
    const named = ofIt.map(
      ({ resource, name }) => `${resource.attributes["service.name"]} ${name}`,
    );
    expect(named).toContain("nginx-web-server POST /wrk2-api/post/compose");
    return named;
  });
  expect(calls).toEqual(
    expect.arrayContaining([
      "nginx-web-server compose_post_client",
      "compose-post-service compose_post_server",
      "compose-post-service compose_text_client",
      "text-service compose_text_server",
      "text-service compose_urls_client",
      "url-shorten-service compose_urls_server",
      "text-service compose_user_mentions_client",
      "user-mention-service compose_user_mentions_server",
      "compose-post-service compose_creator_client",
      "user-service compose_creator_server",
      "compose-post-service compose_media_client",
      "media-service compose_media_server",
      "compose-post-service compose_unique_id_client",
      "unique-id-service compose_unique_id_server",
      "compose-post-service store_post_client",
      "post-storage-service store_post_server",
      "compose-post-service write_user_timeline_client",
      "user-timeline-service write_user_timeline_server",
      "compose-post-service write_home_timeline_client",
      "home-timeline-service write_home_timeline_server",
      "home-timeline-service get_followers_client",
      "social-graph-service get_followers_server",
    ]),
  );
});

import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { metricsAt, serverErrors, sumOf } from "./metrics.ts";

const page = `# TYPE process_cpu_time_seconds_total counter
process_cpu_time_seconds_total{cpu_mode="user"} 1.5
process_cpu_time_seconds_total{cpu_mode="system"} 0.5
http_server_request_duration_seconds_count{http_route="/hotels",http_response_status_code="200"} 7
http_server_request_duration_seconds_count{http_route="/hotels",http_response_status_code="500"} 3
http_server_request_duration_seconds_count{http_route="/hotels",http_response_status_code="503"} 1
http_server_request_duration_seconds_count{http_route="/user",http_response_status_code="500"} 9
`;

test("a page of metrics is read, summed, and errors are counted for each route", async () => {
  const server = createServer((_request, response) => response.end(page)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;

  const metrics = await metricsAt(`http://127.0.0.1:${port}`, AbortSignal.timeout(5_000));
  server.closeAllConnections();
  server.close();

  expect(sumOf(metrics, /^process_cpu_time/)).toBe(2);
  expect(serverErrors(metrics, "/hotels")).toBe(4);
  expect(serverErrors(metrics, "/recommendations")).toBe(0);
});

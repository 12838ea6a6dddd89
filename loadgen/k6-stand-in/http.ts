import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { record, type Tags } from "./metrics.ts";

interface Response {
  readonly status: number;
  readonly body: string | null;
}

// A script of k6 waits for an answer where it stands. So this thread sleeps, and another one asks.
const turn = new Int32Array(new SharedArrayBuffer(4));
const { port1: mine, port2: theirs } = new MessageChannel();
const worker = new Worker(new URL("./http-worker.ts", import.meta.url), {
  workerData: { turn, port: theirs },
  transferList: [theirs],
});
worker.unref();

/** Status 0 if there was no answer. */
function request(
  method: string,
  url: string,
  body: string | null,
  { tags = {}, headers = {} }: { readonly tags?: Tags; readonly headers?: Tags } = {},
): Response {
  const startMs = performance.now();
  Atomics.store(turn, 0, 0);
  mine.postMessage({ method, url, body, headers });
  Atomics.wait(turn, 0, 0);
  const response: Response = receiveMessageOnPort(mine)?.message;
  record("http_reqs", "counter", 1, tags);
  record("http_req_duration", "trend", performance.now() - startMs, tags);
  const isExpected = response.status >= 200 && response.status < 400;
  record("http_req_failed", "rate", isExpected ? 0 : 1, tags);
  return response;
}

// biome-ignore lint/style/noDefaultExport: k6 has one.
export default { request };

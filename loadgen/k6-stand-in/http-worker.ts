import { type MessagePort, workerData } from "node:worker_threads";

const { turn, port } = workerData as { turn: Int32Array<SharedArrayBuffer>; port: MessagePort };

port.on("message", async ({ method, url }: { method: string; url: string }) => {
  port.postMessage(await answer(method, url));
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
});

async function answer(method: string, url: string) {
  try {
    const response = await fetch(url, { method });
    return { status: response.status, body: await response.text() };
  } catch {
    // What k6 answers a script that got no answer.
    return { status: 0, body: null };
  }
}

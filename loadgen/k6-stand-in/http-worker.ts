import { type MessagePort, workerData } from "node:worker_threads";

const { turn, port } = workerData as { turn: Int32Array<SharedArrayBuffer>; port: MessagePort };

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly headers: Record<string, string>;
}

port.on("message", async (request: Request) => {
  port.postMessage(await answer(request));
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
});

async function answer({ url, ...request }: Request) {
  try {
    const response = await fetch(url, request);
    return { status: response.status, body: await response.text() };
  } catch {
    // What k6 answers a script that got no answer.
    return { status: 0, body: null };
  }
}

import { type MessagePort, workerData } from "node:worker_threads";
import { EJSON } from "bson";
import { MongoClient } from "mongodb";
import type { Reply, Request, ServerAddress, User } from "./blocking-server.ts";

interface ThreadData {
  readonly address: ServerAddress;
  /** Set to 1 once the answer is there. */
  readonly answered: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
}

const { address, answered, port }: ThreadData = workerData;
const reachDeadlineMs = 5_000;
let client = open(address.user);

port.on("message", (request: Request) => {
  void answer(request).then((reply) => {
    port.postMessage(reply);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});

async function answer(request: Request): Promise<Reply> {
  try {
    if ("user" in request) {
      await client.close();
      client = open(request.user);
      await client.connect();
      return { document: "{}" };
    }
    const document = await client.db(request.database).command(EJSON.parse(request.command));
    return { document: EJSON.stringify(document) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function open(user: User | undefined): MongoClient {
  return new MongoClient(address.url, {
    directConnection: true,
    serverSelectionTimeoutMS: reachDeadlineMs,
    ...(user
      ? {
          auth: { username: user.name, password: user.password },
          authSource: user.database ?? "admin",
        }
      : {}),
  });
}

function failureOf(error: unknown) {
  const { message, code, codeName } = error as {
    message: string;
    code?: unknown;
    codeName?: unknown;
  };
  return {
    message,
    ...(typeof code === "number" ? { code } : {}),
    ...(typeof codeName === "string" ? { codeName } : {}),
  };
}

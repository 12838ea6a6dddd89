import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type Document, EJSON } from "bson";

/** Where a server is, and as whom to log in. */
export interface ServerAddress {
  readonly url: string;
  readonly user: User | undefined;
}

export interface User {
  readonly name: string;
  readonly password: string;
  /** Where the user is defined; `admin` if not given. */
  readonly database: string | undefined;
}

/** What the thread is asked, and what it answers: documents as extended JSON, errors as what they say. */
export type Request =
  | { readonly user: User }
  | { readonly database: string; readonly command: string };
export type Reply =
  | { readonly document: string }
  | {
      readonly failure: {
        readonly message: string;
        readonly code?: number;
        readonly codeName?: string;
      };
    };

/** The server refused a command. */
export class CommandError extends Error {
  override readonly name = "MongoServerError";
  readonly code: number | undefined;
  readonly codeName: string | undefined;

  constructor({ message, code, codeName }: Extract<Reply, { failure: unknown }>["failure"]) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

/** A server as the shell's scripts see it: a command returns when it is done. */
export interface BlockingServer {
  run(database: string, command: Document): Document;
  /** Whoever runs further commands. Throws if the server does not know the user. */
  login(user: User): void;
  close(): Promise<void>;
}

const answerDeadlineMs = 30_000;

/** The driver works in a thread of its own while this one waits: scripts are written for a shell that blocks. */
export function openServer(address: ServerAddress): BlockingServer {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./server-thread.ts", import.meta.url), {
    workerData: { address, answered, port: theirs },
    transferList: [theirs],
  });
  const ask = (request: Request): Document => {
    Atomics.store(answered, 0, 0);
    ours.postMessage(request);
    if (Atomics.wait(answered, 0, 0, answerDeadlineMs) === "timed-out")
      throw new Error(`no answer within ${answerDeadlineMs} ms`);
    const reply: Reply = receiveMessageOnPort(ours)?.message;
    if ("failure" in reply) throw new CommandError(reply.failure);
    return EJSON.parse(reply.document, { relaxed: true });
  };
  return {
    run: (database, command) =>
      ask({ database, command: EJSON.stringify(command, { relaxed: false }) }),
    login: (user) => void ask({ user }),
    async close() {
      ours.close();
      await worker.terminate();
    },
  };
}

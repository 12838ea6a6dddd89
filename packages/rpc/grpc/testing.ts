import { silent } from "@faultline/telemetry/logger";
import {
  Client,
  credentials,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { Echo, echo } from "../echo-contract.ts";
import { type DialOptions, dialGrpc } from "./client.ts";
import { type GrpcServerOptions, startGrpcServer } from "./server.ts";

/** Our server, for the length of a test. */
export async function serve(options: Partial<GrpcServerOptions<typeof Echo>> = {}) {
  const server = await startGrpcServer({
    contract: Echo,
    handlers: echo(),
    service: "echo",
    log: silent,
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, address: `127.0.0.1:${server.port}` };
}

/** Our client, for the length of a test. */
export function dial(
  addresses: readonly string[],
  options: Partial<DialOptions<typeof Echo>> = {},
) {
  const connection = dialGrpc({
    contract: Echo,
    addresses,
    service: "test",
    peer: "echo",
    ...options,
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** A short message in its frame. */
export function framed(...bytes: readonly number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);
}

/** A client that knows nothing of ours. */
export function foreignClient(address: string): Client {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

const asIs = (bytes: Buffer) => bytes;

/** Asks by a foreign client; rejects with its error. */
export function ask(
  client: Client,
  path: string,
  bytes: Buffer,
  { withinMs = 5_000, metadata = new Metadata() } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + withinMs };
    client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}

/** What a foreign server is given of a call, and how it answers. */
export type ForeignHandler = handleUnaryCall<Buffer, Buffer>;

/** A server that knows nothing of ours, and its address. */
export async function foreignServer(handler: ForeignHandler, options = {}): Promise<string> {
  const server = new Server(options);
  server.register(`/${Echo.fullName}/Say`, handler, asIs, asIs, "unary");
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return `127.0.0.1:${port}`;
}

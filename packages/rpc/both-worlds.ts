import { silent } from "@faultline/telemetry/logger";
import { onTestFinished, test } from "vitest";
import type { MaybeLayer } from "./compose.ts";
import { dialGrpc } from "./grpc/client.ts";
import { startGrpcServer } from "./grpc/server.ts";
import { connectInMemory, serveInMemory } from "./memory.ts";
import type { Client, Contract, Handlers } from "./service.ts";
import { dialThrift } from "./thrift/client.ts";
import type { ThriftContract } from "./thrift/contract.ts";
import { startThriftServer } from "./thrift/server.ts";

export { testCall } from "./test-call.ts";

export interface WorldOptions {
  readonly serverLayers?: readonly MaybeLayer[];
  readonly clientLayers?: readonly MaybeLayer[];
}

/** Starts a service and answers a client of it; both are closed when the test has finished. */
export type Start = <C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  options?: WorldOptions,
) => Promise<Client<C>>;

const inMemory = "in memory";
const overGrpc = "over gRPC";
const overThrift = "over Thrift";

const worlds: Readonly<Record<string, Start>> = {
  [inMemory]: startInMemory,
  [overGrpc]: startGrpc,
  // The contract is one of Thrift, or the test is in the wrong worlds.
  [overThrift]: startThrift as unknown as Start,
};

/** Runs a test in-process and over a real connection: what it states must hold in both worlds. */
export function inBothWorlds(title: string, run: (start: Start) => Promise<void>): void {
  inWorlds([inMemory, overGrpc], title, run);
}

/** The same for contracts of Thrift. */
export function inBothThriftWorlds(title: string, run: (start: Start) => Promise<void>): void {
  inWorlds([inMemory, overThrift], title, run);
}

function inWorlds(
  names: readonly string[],
  title: string,
  run: (start: Start) => Promise<void>,
): void {
  for (const name of names) {
    const start = worlds[name];
    if (start) test(`${title} (${name})`, () => run(start));
  }
}

async function startInMemory<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  { serverLayers = [], clientLayers = [] }: WorldOptions = {},
): Promise<Client<C>> {
  const service = contract.name.toLowerCase();
  const server = serveInMemory({ contract, handlers, layers: serverLayers, service, log: silent });
  const { client, close } = connectInMemory({
    contract,
    server,
    layers: clientLayers,
    service: "test",
    peer: service,
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

async function startGrpc<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  { serverLayers = [], clientLayers = [] }: WorldOptions = {},
): Promise<Client<C>> {
  const service = contract.name.toLowerCase();
  const server = await startGrpcServer({
    contract,
    handlers,
    layers: serverLayers,
    service,
    log: silent,
    host: "127.0.0.1",
    port: 0,
  });
  const { client, close } = dialGrpc({
    contract,
    addresses: [`127.0.0.1:${server.port}`],
    layers: clientLayers,
    service: "test",
    peer: service,
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

async function startThrift<C extends ThriftContract>(
  contract: C,
  handlers: Handlers<C>,
  { serverLayers = [], clientLayers = [] }: WorldOptions = {},
): Promise<Client<C>> {
  const service = contract.name.toLowerCase();
  const server = await startThriftServer({
    contract,
    handlers,
    layers: serverLayers,
    service,
    log: silent,
    host: "127.0.0.1",
    port: 0,
  });
  const { client, close } = dialThrift({
    contract,
    addresses: [`127.0.0.1:${server.port}`],
    layers: clientLayers,
    service: "test",
    peer: service,
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import type { Client, Contract, Handlers } from "@faultline/rpc/service";
import { testCall } from "@faultline/rpc/test-call";
import { onTestFinished } from "vitest";

/** A client of handlers that are served in memory until the test ends. */
export function served<C extends Contract>(contract: C, handlers: Handlers<C>): Client<C> {
  const log = testCall().log;
  const server = serveInMemory({ contract, handlers, layers: [], service: contract.name, log });
  const { client, close } = connectInMemory({
    ...{ contract, server, layers: [], service: "test", peer: contract.name },
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

import { silent } from "@faultline/telemetry/logger";
import { onTestFinished } from "vitest";
import { type DialOptions, dialThrift } from "./client.ts";
import { ThriftEcho, thriftEcho } from "./echo-contract.ts";
import { startThriftServer, type ThriftServerOptions } from "./server.ts";

/** Our server, for the length of a test. */
export async function serve(options: Partial<ThriftServerOptions<typeof ThriftEcho>> = {}) {
  const server = await startThriftServer({
    contract: ThriftEcho,
    handlers: thriftEcho(),
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
  options: Partial<DialOptions<typeof ThriftEcho>> = {},
) {
  const connection = dialThrift({
    contract: ThriftEcho,
    addresses,
    service: "test",
    peer: "echo",
    ...options,
  });
  onTestFinished(() => connection.close());
  return connection;
}

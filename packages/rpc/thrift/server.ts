import { attributes as names } from "@faultline/telemetry/attributes";
import { type BindOptions, bindService } from "../bound-service.ts";
import { Deadlines } from "../deadlines.ts";
import { PartialBytes } from "../frame-reader.ts";
import type { ThriftContract } from "./contract.ts";
import { idleTimeoutMs, partialBytesMax, transferTimeoutMs, unsentBytesMax } from "./limits.ts";
import { Listener, type ListenOptions } from "./listener.ts";
import type { ServedMethod } from "./server-call.ts";
import { ServerConnection, type ServerState } from "./server-connection.ts";

export interface ThriftServerOptions<C extends ThriftContract>
  extends BindOptions<C>,
    ListenOptions {
  /** How long half a message or an unread answer may stay so; left out for a minute. */
  readonly transferTimeoutMs?: number;
  /** How long a connection may be there without a call; left out for ten minutes. */
  readonly idleTimeoutMs?: number;
}

export interface ThriftServer {
  readonly port: number;
  /** What the method `Health` answers from now on. A server starts as not serving. */
  setServing(serving: boolean): void;
  /**
   * Takes no more calls, but the first ones of connections that were on their way, waits for those accepted at most so
   * long, then cuts them off.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Serves a contract over Thrift: `TBinaryProtocol` in `TFramedTransport`, as the originals do. Rejects if the
 * address cannot be bound.
 */
export async function startThriftServer<C extends ThriftContract>(
  options: ThriftServerOptions<C>,
): Promise<ThriftServer> {
  const connections = new Set<ServerConnection>();
  const state = stateOf(options, connections);
  let isClosing = false;
  const listener = new Listener(options.tls, (socket) => {
    const connection = new ServerConnection(socket, state);
    connections.add(connection);
    if (isClosing) connection.drain();
    socket.once("close", () => connections.delete(connection));
  });
  const stopLooking = lookAt(connections, state, options);
  const port = await listener.listen(options).catch((error: unknown) => {
    stopLooking();
    throw error;
  });
  return {
    port,
    setServing(serving) {
      state.serving = serving;
    },
    async close(graceMs = 0) {
      state.serving = false;
      isClosing = true;
      await listener.close(graceMs, () => {
        for (const connection of connections) connection.drain();
      });
      stopLooking();
      state.deadlines.close();
    },
  };
}

function stateOf<C extends ThriftContract>(
  options: ThriftServerOptions<C>,
  connections: ReadonlySet<ServerConnection>,
): ServerState {
  const attributes = { [names.serverPort]: options.port, ...options.attributes };
  const methods = bindService({ ...options, attributes }).map((bound) => {
    // The contract is one of Thrift, so its methods are.
    const served = bound as ServedMethod;
    return [served.method.name, served] as const;
  });
  return {
    methods: new Map(methods),
    deadlines: new Deadlines(),
    partial: new PartialBytes(partialBytesMax),
    serving: false,
    underWay: 0,
    looks: 0,
    onUnsent: () => cutOffSlowest(connections),
  };
}

/** Keeps what is held for slow readers within its limit. */
function cutOffSlowest(connections: ReadonlySet<ServerConnection>): void {
  let total = 0;
  let slowest: ServerConnection | undefined;
  for (const connection of connections) {
    total += connection.unsentBytes;
    if (connection.unsentBytes > (slowest?.unsentBytes ?? 0)) slowest = connection;
  }
  if (total > unsentBytesMax) slowest?.destroy();
}

const looksPerTimeout = 12;

/** Looks at all connections now and then, so that none of them needs a timer. Returns what ends it. */
function lookAt(
  connections: ReadonlySet<ServerConnection>,
  state: ServerState,
  options: Pick<ThriftServerOptions<ThriftContract>, "transferTimeoutMs" | "idleTimeoutMs">,
): () => void {
  const transferMs = options.transferTimeoutMs ?? transferTimeoutMs;
  const idleMs = options.idleTimeoutMs ?? idleTimeoutMs;
  const pauseMs = Math.ceil(Math.min(transferMs, idleMs) / looksPerTimeout);
  const patience = { transfer: transferMs / pauseMs, idle: idleMs / pauseMs };
  const timer = setInterval(() => {
    state.looks++;
    for (const connection of connections) connection.look(patience);
  }, pauseMs).unref();
  return () => clearInterval(timer);
}

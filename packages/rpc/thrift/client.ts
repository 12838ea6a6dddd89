import { attributes as names } from "@faultline/telemetry/attributes";
import { hostOf, targetOf } from "../addresses.ts";
import { bindClient, type ClientOptions, type Connection } from "../bound-client.ts";
import { Deadlines } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import { Replicas } from "../replicas.ts";
import type { TlsOptions } from "../tls-options.ts";
import { untilConnected } from "../until-connected.ts";
import { ClientCall, type Line } from "./client-call.ts";
import type { ThriftContract, ThriftMethod } from "./contract.ts";
import { poolMax, poolWaitMs } from "./limits.ts";
import { Replica } from "./replica.ts";

export interface DialOptions<C extends ThriftContract> extends ClientOptions<C> {
  /** `host:port` of each replica; or one name, whose addresses are then the replicas. */
  readonly addresses: readonly string[];
  readonly tls?: TlsOptions | undefined;
  /** The most connections with one replica; left out for as many as the originals have. */
  readonly poolMax?: number;
  /** How long a call waits for a connection; left out for as long as with the originals. */
  readonly poolWaitMs?: number;
}

/** The originals' `SE_THRIFT_CONN_ERROR`: no connection has become free in time. */
const connectionError = 1;

/**
 * Makes a client that spreads its calls over all replicas. It connects when first used or waited for, and
 * reconnects by itself; while no replica can be reached, calls fail at once with `unavailable`. While all
 * connections are in use calls wait; those that have waited for too long, or find too many waiting, fail with
 * `resourceExhausted` and the words and the code of the originals.
 */
export function dialThrift<C extends ThriftContract>(options: DialOptions<C>): Connection<C> {
  const line = lineOf(options);
  const { replicas, deadlines } = line;
  const attributes = { ...addressAttributes(options.addresses), ...options.attributes };
  const client = bindClient({ ...options, attributes }, (_path, method, call) => {
    return new Promise((resolve, reject) => {
      // The contract is one of Thrift, so its methods are.
      const thriftMethod = method as ThriftMethod<unknown, unknown>;
      new ClientCall({ call, method: thriftMethod, line, resolve, reject });
    });
  });
  return {
    client,
    ready: (scope) => untilConnected({ replicas, deadlines, peer: options.peer }, scope),
    close() {
      replicas.close();
    },
  };
}

function lineOf<C extends ThriftContract>(options: DialOptions<C>): Line {
  const { addresses, peer, tls } = options;
  const full = () =>
    new ServiceError("resourceExhausted", `Failed to connect to ${peer}`, {
      exceptionCode: connectionError,
    });
  const pool = { tls, poolMax: options.poolMax ?? poolMax };
  let sequence = 0;
  return {
    replicas: new Replicas({
      target: targetOf(addresses),
      peer,
      full,
      connect: (address, onChange) => new Replica(address, { ...pool, onChange }),
    }),
    deadlines: new Deadlines(),
    waitMs: options.poolWaitMs ?? poolWaitMs,
    full,
    nextSequence() {
      sequence = (sequence + 1) & 0x7fff_ffff;
      return sequence;
    },
  };
}

function addressAttributes(addresses: readonly string[]) {
  const [authority = ""] = addresses;
  if (addresses.length !== 1) return {};
  return {
    [names.serverAddress]: hostOf({ authority }),
    [names.serverPort]: Number(authority.slice(authority.lastIndexOf(":") + 1)),
  };
}

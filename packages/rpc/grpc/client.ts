import { attributes as names } from "@faultline/telemetry/attributes";
import { hostOf, targetOf } from "../addresses.ts";
import { bindClient, type ClientOptions, type Connection } from "../bound-client.ts";
import type { Call } from "../call.ts";
import { Deadlines } from "../deadlines.ts";
import { type Field, stable } from "../http2/headers.ts";
import { Replicas } from "../replicas.ts";
import { type Contract, type Method, methodPath } from "../service.ts";
import type { TlsOptions } from "../tls-options.ts";
import { untilConnected } from "../until-connected.ts";
import { ClientCall } from "./client-call.ts";
import { encodeFrame } from "./frames.ts";
import { Replica } from "./replica.ts";

export interface DialOptions<C extends Contract> extends ClientOptions<C> {
  /** `host:port` of each replica; or one name, whose addresses are then the replicas. */
  readonly addresses: readonly string[];
  readonly tls?: TlsOptions | undefined;
}

/**
 * Makes a client that spreads its calls over all replicas. It connects when first used or waited for, and
 * reconnects by itself; while no replica can be reached, calls fail at once with `unavailable`.
 */
export function dialGrpc<C extends Contract>(options: DialOptions<C>): Connection<C> {
  const { addresses, peer, tls } = options;
  const line: Line = {
    replicas: new Replicas({
      target: targetOf(addresses),
      peer,
      connect: (address, onChange) => new Replica(address, { tls, onChange }),
    }),
    deadlines: new Deadlines(),
  };
  const attributes = { ...addressAttributes(addresses), ...options.attributes };
  const paths = pathFields(options.contract);
  const client = bindClient({ ...options, attributes }, (path, method, call) =>
    send(line, paths.get(path) ?? stable(":path", path), method, call),
  );
  return {
    client,
    ready: (scope) => untilConnected({ ...line, peer }, scope),
    close() {
      line.replicas.close();
    },
  };
}

/** What all calls of one client share. */
interface Line {
  readonly replicas: Replicas<Replica>;
  readonly deadlines: Deadlines;
}

/** The header of each method's path: one object, so that it is remembered on the way. */
function pathFields(contract: Contract): ReadonlyMap<string, Field> {
  const paths = Object.values(contract.methods).map((method) => methodPath(contract, method));
  return new Map(paths.map((path) => [path, stable(":path", path)]));
}

function addressAttributes(addresses: readonly string[]) {
  const [authority = ""] = addresses;
  if (addresses.length !== 1) return {};
  return {
    [names.serverAddress]: hostOf({ authority }),
    [names.serverPort]: Number(authority.slice(authority.lastIndexOf(":") + 1)),
  };
}

function send<Request, Response>(
  { replicas, deadlines }: Line,
  path: Field,
  { requestType, responseType }: Method<Request, Response>,
  call: Call,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = encodeFrame(requestType, call.request as Request);
    const settle = (error: Error | undefined, response: Buffer | undefined) => {
      if (error || !response) {
        reject(error);
        return;
      }
      try {
        resolve(responseType.decode(response));
      } catch (thrown) {
        reject(thrown);
      }
    };
    new ClientCall({ call, path, request, replicas, deadlines, settle });
  });
}

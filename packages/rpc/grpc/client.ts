import { isIPv4, isIPv6 } from "node:net";
import { attributes as names } from "@faultline/telemetry/attributes";
import { traceparentOf, tracestateOf } from "@faultline/telemetry/trace-context";
import { Channel, type ChannelInterface, connectivityState, Metadata } from "@grpc/grpc-js";
import {
  bindClient,
  type ClientOptions,
  type Connection,
  watchCancellation,
} from "../bound-client.ts";
import type { Call, CallScope } from "../call.ts";
import { pastDeadline } from "../cancellation.ts";
import { codes, internal, unavailable } from "../errors.ts";
import type { Contract, Method } from "../service.ts";
import type { TlsOptions } from "../tls-options.ts";
import {
  keepaliveMs,
  keepaliveTimeoutMs,
  messageBytesMax,
  reconnectMaxMs,
  reconnectMs,
} from "./limits.ts";
import { toBuffer } from "./server.ts";
import { errorOf } from "./status.ts";
import { channelCredentials } from "./tls.ts";

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
  const channel = openChannel(options);
  const attributes = { ...addressAttributes(options.addresses), ...options.attributes };
  const client = bindClient({ ...options, attributes }, (path, method, call) =>
    send(channel, path, method, call),
  );
  return {
    client,
    ready: (scope) => connected(channel, options.peer, scope),
    close: () => channel.close(),
  };
}

function openChannel<C extends Contract>({ addresses, tls }: DialOptions<C>): ChannelInterface {
  return new Channel(targetOf(addresses), channelCredentials(tls), {
    "grpc.enable_channelz": 0,
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
    "grpc.service_config_disable_resolution": 1,
    "grpc.enable_http_proxy": 0,
    "grpc.keepalive_time_ms": keepaliveMs,
    "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    "grpc.initial_reconnect_backoff_ms": reconnectMs,
    "grpc.max_reconnect_backoff_ms": reconnectMaxMs,
    "grpc.dns_min_time_between_resolutions_ms": reconnectMaxMs,
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": messageBytesMax,
    ...(tls?.serverName ? { "grpc.ssl_target_name_override": tls.serverName } : {}),
  });
}

/** The target as gRPC names it. Throws if several replicas are given other than by address. */
export function targetOf(addresses: readonly string[]): string {
  const [first = ""] = addresses;
  const hosts = addresses.map(hostOf);
  if (addresses.length > 0 && hosts.every(isIPv4)) return `ipv4:${addresses.join(",")}`;
  if (addresses.length > 0 && hosts.every(isIPv6)) return `ipv6:${addresses.join(",")}`;
  if (addresses.length === 1) return `dns:///${first}`;
  throw new Error(`several replicas need IP addresses, not names: ${addresses.join(", ")}`);
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

function addressAttributes(addresses: readonly string[]) {
  const [first = ""] = addresses;
  if (addresses.length !== 1) return {};
  return {
    [names.serverAddress]: hostOf(first),
    [names.serverPort]: Number(first.slice(first.lastIndexOf(":") + 1)),
  };
}

function send<Request, Response>(
  channel: ChannelInterface,
  path: string,
  method: Method<Request, Response>,
  call: Call,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = toBuffer(method.requestType.encode(call.request as Request).finish());
    const stream = channel.createCall(path, call.deadlineMs, null, null, null);
    const stopWatching = watchCancellation(call, (reason) => {
      stream.cancelWithStatus(codes.canceled, reason.message);
    });
    let response: Buffer | undefined;
    stream.start(metadataOf(call), {
      onReceiveMetadata() {},
      onReceiveMessage(message: Buffer) {
        response = message;
      },
      onReceiveStatus(status) {
        stopWatching();
        if (status.code !== 0) reject(errorOf(status));
        else if (!response) reject(internal("the server answered without a message"));
        else resolve(method.responseType.decode(response));
      },
    });
    stream.sendMessageWithContext({}, request);
    stream.halfClose();
    stream.startRead();
  });
}

function metadataOf(call: Call): Metadata {
  const metadata = new Metadata();
  const traceparent = traceparentOf(call.context);
  if (!traceparent) return metadata;
  metadata.set("traceparent", traceparent);
  const tracestate = tracestateOf(call.context);
  if (tracestate) metadata.set("tracestate", tracestate);
  return metadata;
}

/** Waits until one replica is connected. It looks again at each change of the channel's state. */
async function connected(channel: ChannelInterface, peer: string, scope: CallScope): Promise<void> {
  for (;;) {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) return;
    if (state === connectivityState.SHUTDOWN) throw unavailable(`the client of ${peer} is closed`);
    await stateChange(channel, state, scope);
  }
}

function stateChange(
  channel: ChannelInterface,
  state: connectivityState,
  scope: CallScope,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = watchCancellation(scope, (reason) => reject(reason));
    channel.watchConnectivityState(state, scope.deadlineMs, (error) => {
      stop();
      if (error) reject(pastDeadline());
      else resolve();
    });
  });
}

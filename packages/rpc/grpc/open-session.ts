import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, hostOf } from "../addresses.ts";
import type { TlsOptions } from "../tls-options.ts";
import { connectTimeoutMs, headerListBytesMax, sessionMemoryMaxMb, windowBytes } from "./limits.ts";
import { clientTls } from "./tls.ts";

/** What HTTP/2 sessions of both ends agree to. */
export const sessionSettings = {
  enablePush: false,
  initialWindowSize: windowBytes,
  maxHeaderListSize: headerListBytesMax,
};

/**
 * Starts an HTTP/2 session with a server; that it speaks gRPC is known when it has sent its settings. The session
 * ends by itself if that takes too long.
 */
export function openSession(address: Address, tls: TlsOptions | undefined): ClientHttp2Session {
  const session = connectHttp2(`${tls ? "https" : "http"}://${address.authority}`, {
    createConnection: () => openSocket(address, tls),
    maxSessionMemory: sessionMemoryMaxMb,
    settings: sessionSettings,
  });
  const timer = setTimeout(() => {
    session.destroy(new Error(`no answer from ${address.host}:${address.port}`));
  }, connectTimeoutMs);
  session.once("connect", () => session.setLocalWindowSize(windowBytes));
  session.once("remoteSettings", () => clearTimeout(timer));
  session.once("close", () => clearTimeout(timer));
  return session;
}

function openSocket(address: Address, tls: TlsOptions | undefined): Socket {
  const { host, port } = address;
  const options = { host, port, noDelay: true };
  return tls ? connectTls({ ...options, ...clientTls(tls, hostOf(address)) }) : connect(options);
}

import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import { isTlsHello, readHeader } from "./first-bytes.ts";
import { GoneBeforeHello, TlsRefused } from "./refusals.ts";
import type { TlsMode, TlsSettings } from "./settings.ts";
import { certificateSubject } from "./subject.ts";
import { verificationText } from "./verification-text.ts";

/** A connection that may speak: plain, or under TLS. */
export type Admitted = {
  readonly stream: Socket | TLSSocket;
  readonly isSecure: boolean;
  /** The subject of the certificate that the client proved to have, as RFC 2253 writes it. */
  readonly certificateSubject: string | undefined;
  /** What mongod logs about a connection that it lets in all the same. */
  readonly remark: "peerCertificateMissing" | "tlsPreferred" | undefined;
};

type Handshake = {
  readonly resolve: (secured: TLSSocket) => void;
  readonly reject: (error: Error) => void;
};

const handshakeDeadlineMs = 30_000;

/**
 * Decides for each new connection, by its first bytes and the mode, whether it goes on in
 * plain text, under TLS or not at all. Plain and secure clients share one port.
 */
export class TlsGate {
  #settings: TlsSettings;
  #handshakes: Server | undefined;
  readonly #waiting = new Map<string, Handshake>();

  constructor(settings: TlsSettings) {
    this.#settings = settings;
    this.#handshakes = this.#handshakesWith(settings);
  }

  get mode(): TlsMode {
    return this.#settings.mode;
  }

  /** From the next connection on; those that are open stay as they are. */
  setMode(mode: TlsMode): void {
    this.reload({ ...this.#settings, mode });
  }

  /** Takes other files and another mode, from the next connection on. */
  reload(settings: TlsSettings): void {
    if (settings.mode !== "disabled" && !settings.identity) {
      throw new Error(`the mode ${settings.mode} needs a certificate`);
    }
    this.#settings = settings;
    this.#handshakes = this.#handshakesWith(settings);
  }

  /**
   * Waits for the first bytes of a fresh socket, nothing of which has been read, and decides.
   * Rejects with TlsRefused or GoneBeforeHello, or when `signal` is aborted; the socket is
   * closed then. An error of the socket while it waits is handled here.
   */
  async admit(socket: Socket, signal: AbortSignal): Promise<Admitted> {
    const ignore = () => {};
    socket.on("error", ignore);
    try {
      const header = await readHeader(socket, signal);
      return isTlsHello(header) ? await this.#secure(socket, signal) : this.#plain(socket);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      if (!socket.destroyed) socket.off("error", ignore);
    }
  }

  #plain(stream: Socket): Admitted {
    const { mode } = this.#settings;
    if (mode === "requireTLS") {
      throw new TlsRefused("The server is configured to only allow SSL connections");
    }
    const remark = mode === "preferTLS" ? "tlsPreferred" : undefined;
    return { stream, isSecure: false, certificateSubject: undefined, remark };
  }

  async #secure(socket: Socket, signal: AbortSignal): Promise<Admitted> {
    const settings = this.#settings;
    const handshakes = this.#handshakes;
    if (!handshakes || settings.mode === "disabled") {
      throw new TlsRefused("SSL handshake received but server is started without SSL support");
    }
    const stream = await this.#handshake(handshakes, socket, signal);
    const certificate = stream.getPeerX509Certificate();
    const problem = clientProblem(stream, settings);
    if (problem) {
      stream.destroy();
      throw problem;
    }
    const isProven = settings.authorities !== undefined && stream.authorized;
    const isMissing = settings.authorities !== undefined && !certificate;
    return {
      stream,
      isSecure: true,
      certificateSubject: certificate && isProven ? certificateSubject(certificate) : undefined,
      remark: isMissing ? "peerCertificateMissing" : undefined,
    };
  }

  async #handshake(handshakes: Server, socket: Socket, signal: AbortSignal): Promise<TLSSocket> {
    const key = keyOf(socket);
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const gone = () => reject(new GoneBeforeHello("closed in the middle of the handshake"));
    socket.once("close", gone);
    signal.addEventListener("abort", gone);
    this.#waiting.set(key, { resolve, reject });
    try {
      handshakes.emit("connection", socket);
      return await promise;
    } finally {
      this.#waiting.delete(key);
      socket.off("close", gone);
      signal.removeEventListener("abort", gone);
    }
  }

  /** A server that never listens: it is handed sockets and does the handshakes on them. */
  #handshakesWith({ identity, authorities }: TlsSettings): Server | undefined {
    if (!identity) return undefined;
    // Loaded by those who speak TLS only.
    const { createServer } = process.getBuiltinModule("node:tls");
    const server = createServer({
      cert: identity.pem,
      key: identity.pem,
      ...(identity.passphrase === undefined ? {} : { passphrase: identity.passphrase }),
      ...(authorities === undefined ? {} : { ca: authorities }),
      requestCert: authorities !== undefined,
      // The decision is made after the handshake, so that the log can say why.
      rejectUnauthorized: false,
      handshakeTimeout: handshakeDeadlineMs,
    });
    server.on("secureConnection", (secured) => this.#waiting.get(keyOf(secured))?.resolve(secured));
    server.on("tlsClientError", (error, secured) => {
      const refused = new TlsRefused(`SSL handshake failed: ${error.message}`);
      this.#waiting.get(keyOf(secured))?.reject(refused);
    });
    return server;
  }
}

function clientProblem(stream: TLSSocket, settings: TlsSettings): TlsRefused | undefined {
  if (settings.authorities === undefined) return undefined;

  if (!stream.getPeerX509Certificate()) {
    if (settings.allowConnectionsWithoutCertificates) return undefined;
    const text = "No SSL certificate provided by peer; connection rejected";
    return new TlsRefused(text, { event: "peerCertificateRequired", reason: undefined });
  }
  if (stream.authorized || settings.allowInvalidCertificates) return undefined;
  const reason = verificationText(stream.authorizationError);
  const text = `SSL peer certificate validation failed: ${reason}`;
  return new TlsRefused(text, { event: "peerCertificateInvalid", reason });
}

/** What a socket and the TLS socket on top of it have in common. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`;
}

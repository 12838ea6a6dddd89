/** Why a connection is closed before its first message is read; mongod's code for it is 141. */
export class TlsRefused extends Error {
  override readonly name = "TlsRefused";
  readonly code = 141;
  readonly codeName = "SSLHandshakeFailed";
  /** The line that mongod logs beside "Error receiving request from client", if any. */
  readonly event: "peerCertificateRequired" | "peerCertificateInvalid" | undefined;
  /** What OpenSSL has against the client's certificate. */
  readonly reason: string | undefined;

  constructor(message: string, more: Pick<TlsRefused, "event" | "reason"> | undefined = undefined) {
    super(message);
    this.event = more?.event;
    this.reason = more?.reason;
  }
}

/** The other side went away before it had said what it wants. Nothing to log. */
export class GoneBeforeHello extends Error {
  override readonly name = "GoneBeforeHello";
}

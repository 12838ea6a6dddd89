import type { Document } from "bson";

/** One connection, as commands see it. */
export interface Client {
  /** Counts from 1; the log writes it as `conn<id>`. */
  readonly id: number;
  /** `address:port` of the other side, or a path for a local socket. */
  readonly remote: string;
  /** The other side is this machine. */
  readonly isLocal: boolean;
  /** What the driver said of itself in its first hello. */
  metadata: Document | undefined;
  /** Who has logged in, and a login under way: kept by the access module alone. */
  access: unknown;
  /** The subject of the certificate that the other side showed, if any. */
  readonly certificateSubject?: string | undefined;
  /** Closes the connection once the reply is written. */
  closeAfterReply: boolean;
}

import type { HeaderList } from "./headers.ts";
import type { Stream, StreamEvents } from "./stream.ts";

/** What happens to a connection. */
export interface SessionEvents {
  /** The client has opened a stream; only servers are told. Answers what shall become of it. */
  stream?(stream: Stream, headers: HeaderList): StreamEvents;
  /** The other side speaks HTTP/2, and takes so many streams at once. */
  settings?(streamsMax: number): void;
  /** No more streams are taken, for an error if the code is not `none`. */
  goaway?(errorCode: number): void;
  /** A stream is over; so many are left. */
  streamEnded?(streamsLeft: number): void;
  /** The connection is no more, and all streams have been told. */
  close(error: Error | undefined): void;
}

export interface SessionOptions {
  readonly role: "client" | "server";
  /** How much may be on its way unread, on a stream and on the connection. */
  readonly windowBytes: number;
  readonly headerListBytesMax: number;
  /** Streams at once that a server takes. */
  readonly streamsMax: number;
  /** What may wait for a slow reader: streams that come then are refused, and with as many answers besides its end. */
  readonly heldBytesMax: number;
  /** Streams that the other side may end by force: so many at once, and so many a second. */
  readonly resets: { readonly burst: number; readonly perSecond: number };
}

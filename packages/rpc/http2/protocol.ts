/** HTTP/2's numbers (RFC 9113), and the error that ends a connection. */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const frameFlags = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

export const errorCodes = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

export const settingIds = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Before the payload: its length (3 bytes), type, flags, and the stream (4 bytes). */
export const frameHeadBytes = 9;
/** The longest payload that everybody takes; we neither send nor take longer ones. */
export const frameBytesMax = 16_384;
/** What a window is until the other side says otherwise, and the largest that it can be. */
export const windowBytesDefault = 65_535;
export const windowBytesMax = 2 ** 31 - 1;
/** The largest number of a stream. */
export const streamIdMax = 2 ** 31 - 1;
/** What a client says first. */
export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** What the other side did that a connection cannot go on after. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** One of `errorCodes`. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Refuses what breaks the protocol. */
export function assertProtocol(
  isKept: boolean,
  message: string,
  code: number = errorCodes.protocol,
): asserts isKept {
  if (!isKept) throw new ConnectionError(code, message);
}

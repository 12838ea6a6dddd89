/** What both ends of a gRPC connection keep to. */
export const messageBytesMax = 4 * 1_048_576;
export const concurrentStreamsMax = 1_024;
export const headerListBytesMax = 16_384;
export const keepaliveMs = 120_000;
export const keepaliveTimeoutMs = 20_000;

/** How much may be on its way unread, per connection and per call. */
export const windowBytes = 1_048_576;
/** What may wait on one connection for its slow reader; what it asks besides is refused. */
export const heldBytesMax = 64 * 1_048_576;

/** How long a client waits for a connection. */
export const connectTimeoutMs = 5_000;
/** How often a call that no server has looked at is sent, all in all. */
export const sendsMax = 3;

/** Connections to one server; calls that it works on, those that nobody waits for any more included. */
export const sessionsMax = 1_000;
export const callsMax = 8_192;
/** How long a request may take to arrive or an answer to be read, where no deadline is nearer. */
export const transferTimeoutMs = 60_000;
/** What messages that have arrived in part may hold, all together. */
export const partialBytesMax = 64 * 1_048_576;
/** Calls called off by their callers on one connection: so many at once, and so many a second. */
export const resetBurst = 10_000;
export const resetsPerSecond = 2_000;

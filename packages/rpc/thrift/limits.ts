/** What both ends of a Thrift connection keep to: the most bytes behind the length of a frame. */
export const frameBytesMax = 16 * 1_048_576;
/** The longest name of a method that is answered. */
export const nameLengthMax = 1_024;

/** Connections to one server, and calls that it works on, all in all. */
export const connectionsMax = 4_096;
export const callsMax = 8_192;
/** Calls of one connection that a server works on at a time; while there are so many, it reads no more of it. */
export const pipelinedMax = 16;
/** What messages that have arrived in part may hold, all together. */
export const partialBytesMax = 64 * 1_048_576;
/** What a server holds for clients that do not read, all together; then the slowest is cut off. */
export const unsentBytesMax = 256 * 1_048_576;
/** How long a request may take to arrive or an answer to be read. */
export const transferTimeoutMs = 60_000;
/** How long a connection may be there without a call. */
export const idleTimeoutMs = 600_000;
/** How long a client may take to close its end when the server has closed its own. */
export const lingerMs = 200;
/** How long a server that closes accepts those who do not know of it yet. */
export const acceptMs = 500;
/** How long a server that closes waits for the first call on a connection that has had none. */
export const firstCallMs = 50;

/** Connections of one client to one server, as many as the originals allow. */
export const poolMax = 512;
/** How long a call waits for one of them, as long as with the originals. */
export const poolWaitMs = 10_000;
/** A client's connection that has not been used for so long is closed, unless it is the last. */
export const surplusMs = 60_000;
export const connectTimeoutMs = 5_000;
/** When TCP begins to ask whether the other side is still there. */
export const keepaliveMs = 60_000;
/** How often a call that no server has looked at is sent, all in all. */
export const sendsMax = 3;

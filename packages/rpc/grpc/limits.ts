/** What both ends of a gRPC connection keep to. */
export const messageBytesMax = 4 * 1_048_576;
export const concurrentStreamsMax = 1_024;
export const keepaliveMs = 120_000;
export const keepaliveTimeoutMs = 20_000;
export const reconnectMs = 100;
export const reconnectMaxMs = 2_000;

/** What a front door keeps to, whoever knocks. */
export const headerBytesMax = 16_384;
export const bodyBytesMax = 1_048_576;
/** How much of a body that nobody wants is read past before its connection is cut. */
export const discardedBytesMax = 134_217_728;
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;
export const idleTimeoutMs = 65_000;
export const connectionsMax = 10_000;

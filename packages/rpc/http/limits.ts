/** What a front door keeps to, whoever knocks. */
export const headerBytesMax = 16_384;
export const bodyBytesMax = 1_048_576;
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;
export const idleTimeoutMs = 65_000;
export const connectionsMax = 10_000;

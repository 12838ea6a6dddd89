/** What this server accepts at most, with MongoDB's names and values where it has them. */
export const limits = {
  maxBsonObjectSize: 16 * 1024 * 1024,
  /** A stored document may not be larger, a command that carries one a little. */
  maxCommandSize: 16 * 1024 * 1024 + 16 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  nestingDepthMax: 200,
  maxConnections: 65_536,
  cursorTimeoutMillis: 600_000,
  /** One batch of a cursor without a batchSize, and the bytes of any batch. */
  firstBatchDefault: 101,
  batchBytesMax: 16 * 1024 * 1024,
  internalQueryMaxBlockingSortMemoryUsageBytes: 100 * 1024 * 1024,
  indexesMax: 64,
  compoundFieldsMax: 32,
  localLogicalSessionTimeoutMinutes: 30,
  /** Writes whose reply is kept for a retry: one a session. */
  retriesMax: 10_000,
  openCursorsMax: 10_000,
  /** Requests that one connection may have waiting before it is no longer read from. */
  pipelinedMax: 64,
  minWireVersion: 0,
  maxWireVersion: 21,
} as const;

/** The release whose behaviour this server follows. */
export const version = { text: "7.0.14", array: [7, 0, 14, 0] } as const;

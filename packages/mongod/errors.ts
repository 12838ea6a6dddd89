import type { Document } from "bson";

/** MongoDB's error codes by name; only those that this server can answer. */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  UserNotFound: 11,
  UnsupportedFormat: 12,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  InvalidBSON: 22,
  LockBusy: 46,
  IndexNotFound: 27,
  PathNotViable: 28,
  RoleNotFound: 31,
  CannotBackfillArray: 34,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  NotSingleValueField: 54,
  InvalidDBRef: 55,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ShardKeyNotFound: 61,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NetworkTimeout: 89,
  OperationFailed: 96,
  WriteConflict: 112,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  CommandFailed: 125,
  CommandNotSupportedOnView: 166,
  InvalidPipelineOperator: 168,
  CannotIndexParallelArrays: 171,
  QueryPlanKilled: 175,
  InvalidIndexSpecificationOption: 197,
  NoSuchTransaction: 251,
  TransactionTooOld: 225,
  TooManyLogicalSessions: 261,
  OperationNotSupportedInTransaction: 263,
  ClientDisconnect: 279,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  APIVersionError: 322,
  APIStrictError: 323,
  NotYetInitialized: 94,
  ExceededTimeLimit: 262,
  MaxTimeMSExpired: 50,
  FailedToParse: 9,
  NamespaceNotFound: 26,
  OutOfDiskSpace: 14031,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  MergeStageNoMatchingDocument: 13113,
  ClientMetadataCannotBeMutated: 186,
  Location13103: 13103,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  NoQueryExecutionPlans: 291,
  NotImplemented: 238,
  MechanismUnavailable: 334,
  InvalidRoleModification: 49,
  Location51002: 51002,
  SSLHandshakeFailed: 141,
  InvalidUUID: 207,
  NoReplicationEnabled: 76,
  CursorInUse: 143,
  CursorKilled: 237,
  ConversionFailure: 241,
  InvalidIdField: 53,
  IndexBuildAborted: 276,
  Location10003: 10003,
  Location10065: 10065,
  Location15952: 15952,
  Location15955: 15955,
  Location15957: 15957,
  Location15958: 15958,
  Location15959: 15959,
  Location15972: 15972,
  Location15973: 15973,
  Location15974: 15974,
  Location15975: 15975,
  Location15976: 15976,
  Location15981: 15981,
  Location16020: 16020,
  Location16436: 16436,
  Location16990: 16990,
  Location17276: 17276,
  Location31249: 31249,
  Location31250: 31250,
  Location31253: 31253,
  Location31254: 31254,
  Location31325: 31325,
  Location40156: 40156,
  Location40160: 40160,
  Location40181: 40181,
  Location40228: 40228,
  Location40234: 40234,
  Location40237: 40237,
  Location40238: 40238,
  Location40272: 40272,
  Location40323: 40323,
  Location40324: 40324,
  Location40353: 40353,
  Location40415: 40415,
  Location40414: 40414,
  Location40571: 40571,
  Location40573: 40573,
  Location40600: 40600,
  Location40601: 40601,
  Location40602: 40602,
  Location50687: 50687,
  Location51003: 51003,
  Location51024: 51024,
  Location51091: 51091,
  Location51108: 51108,
  Location51246: 51246,
  Location51270: 51270,
  Location16554: 16554,
  Location16555: 16555,
  Location16556: 16556,
  Location16609: 16609,
  Location16610: 16610,
  Location16611: 16611,
  Location16612: 16612,
  Location28689: 28689,
  Location28762: 28762,
  Location28763: 28763,
  Location28765: 28765,
  Location40066: 40066,
  Location40080: 40080,
  Location40149: 40149,
  Location40192: 40192,
  Location40198: 40198,
  Location40235: 40235,
  Location40400: 40400,
  Location51081: 51081,
  Location51083: 51083,
  Location5787801: 5787801,
  Location5787908: 5787908,
  Location5788001: 5788001,
  Location5107201: 5107201,
} as const;

export type ErrorName = keyof typeof errorCodes;

/** An error that a client is told of, as MongoDB would tell it. */
export class MongoError extends Error {
  override readonly name = "MongoError";
  readonly codeName: ErrorName;
  readonly code: number;
  /** Further fields of the reply, such as keyPattern and keyValue. */
  readonly details: Document;

  constructor(codeName: ErrorName, message: string, details: Document = {}) {
    super(message);
    this.codeName = codeName;
    this.code = errorCodes[codeName];
    this.details = details;
  }
}

const interruptions: ReadonlySet<ErrorName> = new Set([
  "ClientDisconnect",
  "Interrupted",
  "InterruptedAtShutdown",
  "MaxTimeMSExpired",
]);

/** It is about the command as a whole, which was told to end, and not about what it was doing. */
export function isInterruption({ codeName }: MongoError): boolean {
  return interruptions.has(codeName);
}

/** The reply that tells a client of `error`, whatever was thrown. */
export function errorReply(error: unknown): Document {
  const known = toMongoError(error);
  const { code, codeName, details, message } = known;
  return { ok: 0, errmsg: message, code, codeName, ...details };
}

/** Anything thrown, as an error with a code; what is not known becomes InternalError. */
export function toMongoError(error: unknown): MongoError {
  if (error instanceof MongoError) return error;
  if (!(error instanceof Error)) return new MongoError("InternalError", String(error));
  if (error.name === "StorageFull") {
    return new MongoError("OutOfDiskSpace", `No space left on device: ${error.message}`);
  }
  if (error.name === "BSONError") return new MongoError("InvalidBSON", error.message);
  return new MongoError("InternalError", error.message);
}

// Thrift's `TBinaryProtocol`: what its numbers mean, what writes it and what reads it.
export { ThriftReader } from "./reader.ts";
export { fieldKey, type MessageHeader, messageKinds, types } from "./wire.ts";
export { ThriftWriter } from "./writer.ts";

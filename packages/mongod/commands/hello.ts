import type { Document } from "bson";
import { mechanismsOf, speculate } from "../access/login.ts";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { compressorNames } from "../wire/compression.ts";
import { type Call, type Command, noPrivileges } from "./command.ts";

/** What a driver asks first: who is there, what is spoken, and how large things may be. */
export const hello: Command = {
  help: "What this server is and can do, as drivers ask for it when they connect",
  privileges: noPrivileges,
  beforeLogin: true,
  run: (call) => ({
    ...(call.name === "hello" ? { isWritablePrimary: true } : { ismaster: true, helloOk: true }),
    ...answer(call),
  }),
};

function answer(call: Call): Document {
  const { body, client, instance } = call;
  noteMetadata(call);
  const mechanisms = mechanismsOf(instance.control, body.saslSupportedMechs);
  const context = { client, control: instance.control, log: instance.log };
  const login = speculate(context, body.speculativeAuthenticate);
  return {
    maxBsonObjectSize: limits.maxBsonObjectSize,
    maxMessageSizeBytes: limits.maxMessageSizeBytes,
    maxWriteBatchSize: limits.maxWriteBatchSize,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: limits.localLogicalSessionTimeoutMinutes,
    connectionId: client.id,
    minWireVersion: limits.minWireVersion,
    maxWireVersion: limits.maxWireVersion,
    readOnly: false,
    ...compression(body),
    ...(mechanisms ? { saslSupportedMechs: mechanisms } : {}),
    ...(login ? { speculativeAuthenticate: login } : {}),
    ok: 1,
  };
}

function compression(body: Document): Document {
  const offered: unknown = body.compression;
  if (!Array.isArray(offered)) return {};
  const common = offered.filter((name) => compressorNames.includes(name));
  return common.length > 0 ? { compression: common } : {};
}

/** Only the first hello of a connection may say who the client is. */
function noteMetadata({ body, client, instance }: Call): void {
  const metadata: unknown = body.client;
  if (!isDocument(metadata)) return;
  if (client.metadata) {
    if (JSON.stringify(client.metadata) === JSON.stringify(metadata)) return;
    throw new MongoError(
      "ClientMetadataCannotBeMutated",
      "The client metadata document may only be sent in the first hello",
    );
  }
  client.metadata = metadata;
  instance.log.write("clientMetadata", `conn${client.id}`, {
    remote: client.remote,
    client: `conn${client.id}`,
    doc: metadata,
  });
}

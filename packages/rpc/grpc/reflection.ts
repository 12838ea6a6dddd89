import { EventEmitter } from "node:events";
import type { Server, ServerDuplexStream, ServiceDefinition } from "@grpc/grpc-js";
import { toServiceError } from "../errors.ts";
import { statusOf } from "./status.ts";

const versions = ["v1", "v1alpha"] as const;

type Descriptors = () => Uint8Array | Promise<Uint8Array>;
type RawStream = ServerDuplexStream<Buffer, Buffer>;
/** The ready-made handler as it is used here: it reads `data` and `end`, and writes. */
type Answering = (stream: EventEmitter & { write(message: unknown): void; end(): void }) => void;

interface Reflection {
  readonly definition: ServiceDefinition;
  readonly answer: Answering;
}

/**
 * Adds server reflection for one service. The ready-made package brings a protobuf compiler with it, so it is
 * loaded when somebody first asks.
 */
export function addReflection(server: Server, serviceName: string, descriptors: Descriptors): void {
  let loaded: Promise<Map<string, Reflection>> | undefined;
  for (const version of versions) {
    const name = `grpc.reflection.${version}.ServerReflection`;
    server.register<Buffer, Buffer>(
      `/${name}/ServerReflectionInfo`,
      (stream: RawStream) => {
        loaded ??= load(serviceName, descriptors);
        loaded.then(
          (reflections) => relay(stream, reflections.get(version)),
          (thrown) => {
            loaded = undefined;
            stream.emit("error", statusOf(toServiceError(thrown)));
          },
        );
      },
      asIs,
      asIs,
      "bidi",
    );
  }
}

const asIs = (bytes: Buffer) => bytes;

/** Translates between the raw stream, which was there first, and the handler that was loaded later. */
function relay(stream: RawStream, reflection: Reflection | undefined): void {
  const method = reflection?.definition.ServerReflectionInfo;
  if (!reflection || !method) return void stream.end();
  const messages = Object.assign(new EventEmitter(), {
    write: (message: unknown) => void stream.write(method.responseSerialize(message)),
    end: () => void stream.end(),
  });
  reflection.answer(messages);
  stream.on("data", (bytes: Buffer) => messages.emit("data", method.requestDeserialize(bytes)));
  stream.on("end", () => messages.emit("end"));
}

async function load(
  serviceName: string,
  descriptors: Descriptors,
): Promise<Map<string, Reflection>> {
  const [{ ReflectionService }, { loadFileDescriptorSetFromBuffer }, bytes] = await Promise.all([
    import("@grpc/reflection"),
    import("@grpc/proto-loader"),
    descriptors(),
  ]);
  const contract = loadFileDescriptorSetFromBuffer(Buffer.from(bytes));
  const found: Reflection[] = [];
  new ReflectionService(contract, { services: [serviceName] }).addToServer({
    addService(definition, implementation) {
      found.push({ definition, answer: implementation.ServerReflectionInfo as Answering });
    },
  });
  return new Map(found.map((reflection) => [versionOf(reflection.definition), reflection]));
}

function versionOf(definition: ServiceDefinition): string {
  const path = definition.ServerReflectionInfo?.path ?? "";
  return path.includes(".v1alpha.") ? "v1alpha" : "v1";
}

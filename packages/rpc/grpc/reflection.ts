import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { invalidArgument, toServiceError } from "../errors.ts";
import { type FileDescriptor, fieldsOf, filesIn } from "./file-descriptors.ts";
import type { ServerMethod } from "./server.ts";
import type { ServerCall } from "./server-call.ts";

const versions = ["v1", "v1alpha"] as const;

type Descriptors = () => Uint8Array | Promise<Uint8Array>;

/** Server reflection for one service, in both versions, which differ in name only. */
export function createReflection(
  serviceName: string,
  descriptors: Descriptors,
): readonly (readonly [string, ServerMethod])[] {
  let loaded: Promise<Catalogue> | undefined;
  const load = async () => {
    try {
      return new Catalogue(serviceName, filesIn(await descriptors()));
    } catch (thrown) {
      loaded = undefined;
      throw thrown;
    }
  };
  const serve: ServerMethod = (call) => {
    loaded ??= load();
    return answerAll(call, loaded);
  };
  return versions.map((version) => [
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    serve,
  ]);
}

/** Questions of one stream that wait for the contract to be read. */
const questionsMax = 100;

function answerAll(call: ServerCall, loaded: Promise<Catalogue>): Promise<void> {
  return new Promise((resolve) => {
    const questions: Buffer[] = [];
    let catalogue: Catalogue | undefined;
    let hasEnded = false;
    const goOn = () => {
      if (!catalogue) return;
      for (const question of questions.splice(0)) call.send(catalogue.answer(question));
      if (hasEnded) call.end();
    };
    call.handle({
      message(question) {
        if (questions.length >= questionsMax) throw invalidArgument("too many questions at once");
        questions.push(question);
        goOn();
      },
      end() {
        hasEnded = true;
        goOn();
        resolve();
      },
      gone: () => resolve(),
    });
    loaded
      .then((read) => {
        catalogue = read;
        goOn();
      })
      .catch((thrown) => {
        call.end(toServiceError(thrown));
        resolve();
      });
  });
}

// Field numbers of `reflection.proto`.
const request = { fileByName: 3, fileBySymbol: 4, listServices: 7 } as const;
const response = { originalRequest: 2, files: 4, services: 6, error: 7 } as const;
const notFoundCode = 5;
const unimplementedCode = 12;

/** The files of a contract, found by name and by what they declare. */
class Catalogue {
  readonly #serviceName: string;
  readonly #byName: ReadonlyMap<string, FileDescriptor>;
  readonly #bySymbol: ReadonlyMap<string, FileDescriptor>;

  constructor(serviceName: string, files: readonly FileDescriptor[]) {
    this.#serviceName = serviceName;
    this.#byName = new Map(files.map((file) => [file.name, file]));
    this.#bySymbol = new Map(
      files.flatMap((file) => file.symbols.map((symbol) => [symbol, file] as const)),
    );
  }

  answer(question: Buffer): Uint8Array {
    const writer = new BinaryWriter().uint32(tag(response.originalRequest)).bytes(question);
    this.#write(writer, question);
    return writer.finish();
  }

  #write(writer: BinaryWriter, question: Buffer): void {
    const [asked] = fieldsOf(question, Object.values(request));
    if (!asked) writeError(writer, unimplementedCode, "there are no extensions here");
    else if (asked.number === request.listServices) writeServices(writer, this.#serviceName);
    else this.#writeFound(writer, asked.number, Buffer.from(asked.bytes).toString("utf8"));
  }

  #writeFound(writer: BinaryWriter, by: number, name: string): void {
    const file = (by === request.fileByName ? this.#byName : this.#bySymbol).get(name);
    if (file) writeFiles(writer, this.#withDependencies(file));
    else writeError(writer, notFoundCode, `there is no ${name}`);
  }

  #withDependencies(first: FileDescriptor): FileDescriptor[] {
    const needed = new Set([first]);
    for (const file of needed) {
      for (const name of file.dependencies) {
        const dependency = this.#byName.get(name);
        if (dependency) needed.add(dependency);
      }
    }
    return [...needed];
  }
}

function writeServices(writer: BinaryWriter, name: string): void {
  writer.uint32(tag(response.services)).fork();
  writer.uint32(tag(1)).fork().uint32(tag(1)).string(name).join();
  writer.join();
}

function writeFiles(writer: BinaryWriter, files: readonly FileDescriptor[]): void {
  writer.uint32(tag(response.files)).fork();
  for (const { bytes } of files) writer.uint32(tag(1)).bytes(bytes);
  writer.join();
}

function writeError(writer: BinaryWriter, code: number, message: string): void {
  writer.uint32(tag(response.error)).fork();
  writer.uint32(8).int32(code).uint32(tag(2)).string(message);
  writer.join();
}

/** The tag of a length-delimited field. */
function tag(number: number): number {
  return (number << 3) | 2;
}

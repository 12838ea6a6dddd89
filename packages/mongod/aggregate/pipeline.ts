import type { Document } from "bson";
import { isDocument } from "../arguments.ts";
import { decodePlain, encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import { mingo } from "./mingo.ts";

export interface PipelineOptions {
  readonly variables?: Document | undefined;
  /** All documents of another collection of the same database. */
  readonly collection?: ((name: string) => Iterable<Uint8Array>) | undefined;
}

/** Runs stages over documents. What comes out is encoded; errors are MongoDB's. */
export function* runPipeline(
  documents: Iterable<Uint8Array>,
  stages: readonly Document[],
  options: PipelineOptions = {},
): Generator<Uint8Array> {
  const results = translated(() => {
    const { Aggregator } = mingo();
    const aggregator = new Aggregator(plainStages(stages), settings(options));
    return aggregator.stream(decoded(documents));
  });
  for (;;) {
    const { done, value } = translated(() => results.next());
    if (done) return;
    yield encode(value as Document);
  }
}

/** What an expression is for a document with plain numbers. */
export function evaluator(
  expression: unknown,
  variables?: Document,
): (document: Document) => unknown {
  const plain: unknown = decodePlain(encode({ expression })).expression;
  const options = settings({ variables });
  return (document) => translated(() => mingo().evalExpr(document, plain, options));
}

const updateStages = new Set([
  "$addFields",
  "$set",
  "$project",
  "$unset",
  "$replaceRoot",
  "$replaceWith",
]);

/** The pipeline of an update, for one document at a time. Throws InvalidOptions for other stages. */
export function updatePipeline(
  pipeline: readonly unknown[],
  variables: Document | undefined,
): (document: Uint8Array) => Uint8Array {
  const stages = parseStages(pipeline);
  const refused = stages.map(stageName).find((name) => !updateStages.has(name));
  if (refused) {
    throw new MongoError("InvalidOptions", `${refused} is not allowed to be used within an update`);
  }
  return (document) => {
    const [result] = runPipeline([document], stages, { variables });
    return result ?? document;
  };
}

/** The stages of a pipeline. Throws for one that is no stage, or not known. */
export function parseStages(pipeline: readonly unknown[]): Document[] {
  return pipeline.map((stage) => {
    if (!isDocument(stage)) {
      throw new MongoError(
        "TypeMismatch",
        "Each element of the 'pipeline' array must be an object",
      );
    }
    if (Object.keys(stage).length !== 1) {
      throw new MongoError(
        "Location40323",
        "A pipeline stage specification object must contain exactly one field.",
      );
    }
    return stage;
  });
}

export function stageName(stage: Document): string {
  return Object.keys(stage)[0] ?? "";
}

function* decoded(documents: Iterable<Uint8Array>): Generator<Document> {
  for (const document of documents) yield decodePlain(document);
}

function plainStages(stages: readonly Document[]): Document[] {
  const plain: unknown = decodePlain(encode({ stages: [...stages] })).stages;
  return Array.isArray(plain) ? plain : [];
}

function settings({ variables, collection }: PipelineOptions) {
  return {
    idKey: "_id",
    processingMode: 0,
    useStrictMode: true,
    failOnError: true,
    context: mingo().context,
    // The library uses scripts of its own; those of clients are refused by our `$function`.
    scriptEnabled: true,
    ...(variables ? { variables: decodePlain(encode(variables)) } : {}),
    ...(collection ? { collectionResolver: (name: string) => [...decoded(collection(name))] } : {}),
  };
}

/** The library throws plain errors with texts of its own. */
function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MongoError || !(error instanceof Error)) throw error;
    throw translate(error);
  }
}

function translate({ message }: Error): MongoError {
  const stage = /^unregistered pipeline operator (\S+?)\.?$/.exec(message)?.[1];
  if (stage) {
    return new MongoError("Location40324", `Unrecognized pipeline stage name: '${stage}'`);
  }
  const accumulator = /^accumulator '(\S+)' is not registered/.exec(message)?.[1];
  if (accumulator) {
    return new MongoError("InvalidPipelineOperator", `Unrecognized expression '${accumulator}'`);
  }
  return new MongoError("BadValue", message);
}

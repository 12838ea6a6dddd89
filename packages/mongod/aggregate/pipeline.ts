import type { Document } from "bson";
import { decodeForExpressions, encode } from "../bson/codec.ts";
import { MongoError } from "../errors.ts";
import type { Turns } from "../turns.ts";
import type { OtherCollections } from "./lookup.ts";
import { mingo } from "./mingo.ts";
import { evaluate, scopeOf } from "./operator.ts";
import { refuseInternal } from "./plain-operators.ts";
import { type Running, runStages, type Steps } from "./run-stages.ts";
import { desugared, parseStages, stageName } from "./stages.ts";

export interface PipelineOptions {
  readonly variables?: Document | undefined;
  /** The other collections of the same database. */
  readonly collections?: OtherCollections;
  /** Without them everything is worked out in one go. */
  readonly turns?: Turns;
}

/**
 * Runs stages over documents, which come in steps: `undefined` where others have their turn.
 * What comes out is encoded; errors are MongoDB's.
 */
export function* runPipeline(
  documents: Iterable<Uint8Array | undefined>,
  stages: readonly Document[],
  options: PipelineOptions = {},
): Generator<Uint8Array | undefined> {
  const results = translated(() => {
    const running: Running = { options: settings(options), turns: options.turns };
    const steps = runStages(decoded(documents), plainStages(stages), running);
    return steps[Symbol.iterator]();
  });
  for (;;) {
    const { done, value } = translated(() => results.next());
    if (done) return;
    yield value && encode(value);
  }
}

/** What an expression is for a document as `decodeForExpressions` gives it. */
export function evaluator(
  expression: unknown,
  variables?: Document,
): (document: Document) => unknown {
  refuseInternal(expression);
  const { parsed } = decodeForExpressions(encode({ parsed: expression }));
  let scope: ReturnType<typeof scopeOf> | undefined;
  return (document) =>
    translated(() => {
      scope ??= scopeOf(settings({ variables }) as never);
      return evaluate(document, parsed, scope.update({ root: document }));
    });
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

function* decoded(documents: Iterable<Uint8Array | undefined>): Steps {
  for (const document of documents) yield document && decodeForExpressions(document);
}

function plainStages(stages: readonly Document[]): Document[] {
  for (const stage of stages) refuseInternal(stage);
  const plain: unknown = decodeForExpressions(encode({ stages: [...stages] })).stages;
  return Array.isArray(plain) ? desugared(plain) : [];
}

function settings({ variables, collections }: PipelineOptions) {
  const library = mingo();
  return {
    idKey: "_id",
    processingMode: 0,
    useStrictMode: true,
    failOnError: true,
    context: collections ? library.contextWith(collections) : library.context,
    // The library uses scripts of its own; those of clients are refused by our `$function`.
    scriptEnabled: true,
    ...(variables ? { variables: decodeForExpressions(encode(variables)) } : {}),
  };
}

/** The library throws plain errors with texts of its own. */
function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof MongoError || !(error instanceof Error)) throw error;
    if (error.name === "StorageFull") throw error;
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

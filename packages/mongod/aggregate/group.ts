import type { Document } from "bson";
import type { Options } from "mingo/types";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Fold, folds, nameOf } from "./accumulators.ts";
import { lazy, mingo } from "./mingo.ts";
import { evaluate, type Scope, type Stage, scopeOf } from "./operator.ts";

interface Field {
  readonly name: string;
  readonly accumulator: string;
  readonly argument: unknown;
}

interface Group {
  readonly id: unknown;
  readonly folds: ReadonlyMap<string, Fold>;
  /** Kept only where some accumulator needs them all. */
  readonly documents: unknown[];
}

/** Puts documents into groups, one after the other. Throws for a specification that is none. */
export class Grouping {
  readonly #id: unknown;
  readonly #fields: readonly Field[];
  readonly #needsAll: boolean;
  readonly #scope: Scope;
  readonly #groups = new Map<string, Group>();

  constructor(spec: Document, options: Options) {
    if (!isDocument(spec) || !Object.hasOwn(spec, "_id")) {
      throw new MongoError("Location15955", "a group specification must include an _id");
    }
    const { _id, ...fields } = spec;
    this.#id = _id;
    this.#scope = scopeOf(options);
    this.#fields = Object.entries(fields).map(([name, value]) => parseField(name, value));
    this.#needsAll = this.#fields.some(({ accumulator }) => !folds[accumulator]);
  }

  add(document: unknown): void {
    const options = this.#scope.update({ root: document });
    const id = evaluate(document, this.#id, options) ?? null;
    const group = this.#groupOf(id);
    if (this.#needsAll) group.documents.push(document);
    for (const { name, argument } of this.#fields) {
      group.folds.get(name)?.add(evaluate(document, argument, options));
    }
  }

  *results(): Generator<Document> {
    for (const { id, folds: own, documents } of this.#groups.values()) {
      const result: Document = { _id: id };
      for (const { name, accumulator, argument } of this.#fields) {
        const fold = own.get(name);
        result[name] = fold
          ? fold.result()
          : evaluate(
              documents,
              { [accumulator]: argument },
              this.#scope.update({ root: null, groupId: id }),
            );
      }
      yield result;
    }
  }

  #groupOf(id: unknown): Group {
    const name = nameOf(id);
    const known = this.#groups.get(name);
    if (known) return known;
    const own = new Map<string, Fold>();
    for (const field of this.#fields) {
      const fold = folds[field.accumulator];
      if (fold) own.set(field.name, fold());
    }
    const group = { id, folds: own, documents: [] };
    this.#groups.set(name, group);
    return group;
  }
}

function parseField(name: string, value: unknown): Field {
  const names = isDocument(value) ? Object.keys(value) : [];
  const [accumulator = ""] = names;
  if (!isDocument(value) || !accumulator.startsWith("$")) {
    const text = `The field '${name}' must be an accumulator object`;
    throw new MongoError("Location40234", text);
  }
  if (names.length !== 1) {
    throw new MongoError("Location40238", `The field '${name}' must specify one accumulator`);
  }
  if (name.includes(".")) {
    throw new MongoError("Location40235", `The field name '${name}' cannot contain '.'`);
  }
  const isKnown = mingo().context.getOperator("accumulator" as never, accumulator) !== null;
  if (!isKnown) {
    throw new MongoError("Location15952", `unknown group operator '${accumulator}'`);
  }
  return { name, accumulator, argument: value[accumulator] };
}

/** The stage, where it stands within another. */
export const $group: Stage = (documents, spec, options) => {
  const grouping = new Grouping(spec, options);
  return documents.transform((all) => {
    for (const document of all) grouping.add(document);
    return lazy([...grouping.results()]);
  });
};

import { BSONRegExp, type Document } from "bson";
import { isDocument } from "../arguments.ts";
import { type Element, itemsOf, types } from "../bson/element.ts";
import { itemTest } from "../operators/query/array.ts";
import { equals } from "../operators/query/comparison.ts";
import { regexTest } from "../operators/query/regex.ts";
import { compileFilter } from "./filter.ts";
import { type LeafTest, parsePath, someAt } from "./path.ts";
import { isOperatorDocument, rootElement } from "./predicates.ts";

/**
 * The position in the array at `arrayPath` of the item that made the document match: what `$`
 * stands for in an update or a projection. Undefined if no condition was on that array.
 */
export function matchedPosition(
  filter: Document,
  arrayPath: string,
  raw: Uint8Array,
): number | undefined {
  const array = arrayAt(raw, arrayPath);
  if (!array) return undefined;
  const items = itemsOf(array.bytes, array.start);
  for (const test of testsFor(filter, arrayPath)) {
    const position = items.findIndex(test);
    if (position >= 0) return position;
  }
  return undefined;
}

function arrayAt(raw: Uint8Array, path: string): Element | undefined {
  let found: Element | undefined;
  someAt(rootElement(raw), parsePath(path), {
    test: (element) => {
      if (element?.type !== types.array) return false;
      found = element;
      return true;
    },
    expand: false,
  });
  return found;
}

function testsFor(filter: Document, arrayPath: string): LeafTest[] {
  return Object.entries(filter).flatMap(([name, value]): LeafTest[] => {
    if ((name === "$and" || name === "$or") && Array.isArray(value)) {
      return value.filter(isDocument).flatMap((clause) => testsFor(clause, arrayPath));
    }
    if (name === arrayPath) return [itemCondition(value)];
    if (name.startsWith(`${arrayPath}.`)) {
      const inner = compileFilter({ [name.slice(arrayPath.length + 1)]: value });
      return [(element) => element?.type === types.object && inner(element)];
    }
    const parent = arrayPath.startsWith(`${name}.`) && isDocument(value);
    const inside: unknown = parent ? value.$elemMatch : undefined;
    return isDocument(inside) ? testsFor(inside, arrayPath.slice(name.length + 1)) : [];
  });
}

function itemCondition(value: unknown): LeafTest {
  if (value instanceof BSONRegExp) return regexTest(value);
  if (!isOperatorDocument(value)) return equals(value);
  return Object.hasOwn(value, "$elemMatch") ? itemTest(value.$elemMatch) : itemTest(value);
}

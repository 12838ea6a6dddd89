import { asBuffer } from "../bson/bytes.ts";
import { type Element, fieldsOf, types } from "../bson/element.ts";
import { MongoError } from "../errors.ts";

/** Which fields of a document are kept or left out, as a tree of their names. */
export interface Mask {
  readonly mode: "include" | "exclude";
  readonly fields: ReadonlyMap<string, MaskNode>;
}

/** `all` is the whole field; otherwise the mask goes on inside it. */
type MaskNode = "all" | Map<string, MaskNode>;

/** Throws Location31250 if one path lies inside another. */
export function maskOf(paths: readonly string[], mode: Mask["mode"]): Mask {
  const fields = new Map<string, MaskNode>();
  for (const path of new Set(paths)) add(fields, path);
  return { mode, fields };
}

function add(fields: Map<string, MaskNode>, path: string): void {
  const parts = path.split(".");
  let node = fields;
  for (const [at, part] of parts.entries()) {
    const below = node.get(part);
    const last = at === parts.length - 1;
    if (below === "all" || (last && below)) {
      throw new MongoError("Location31250", `Path collision at ${path}`);
    }
    if (last) {
      node.set(part, "all");
      return;
    }
    const next: Map<string, MaskNode> = below ?? new Map();
    node.set(part, next);
    node = next;
  }
}

/** The document under the mask, cut from its bytes; fields keep their order and their types. */
export function masked(document: Uint8Array, { mode, fields }: Mask): Uint8Array {
  return maskFields(
    { type: types.object, bytes: document, start: 0, end: document.length },
    { mode, fields },
  );
}

interface Level {
  readonly mode: Mask["mode"];
  readonly fields: ReadonlyMap<string, MaskNode>;
}

function maskFields({ bytes, start }: Element, { mode, fields }: Level): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const [name, element] of fieldsOf(bytes, start)) {
    const node = fields.get(name);
    if (node === undefined || node === "all") {
      if ((node === "all") === (mode === "include")) chunks.push(whole(name, element));
      continue;
    }
    const inner = maskValue(element, { mode, fields: node });
    if (inner) chunks.push(named(element.type, name), inner);
  }
  return enclose(chunks);
}

/** A scalar where the mask goes deeper is not part of it: left out, or left as it is. */
function maskValue(element: Element, level: Level): Uint8Array | undefined {
  if (element.type === types.object) return maskFields(element, level);
  if (element.type === types.array) return maskItems(element, level);
  return level.mode === "include" ? undefined : element.bytes.subarray(element.start, element.end);
}

function maskItems({ bytes, start }: Element, level: Level): Uint8Array {
  const chunks: Uint8Array[] = [];
  let position = 0;
  for (const [, item] of fieldsOf(bytes, start)) {
    const value = maskValue(item, level);
    if (!value) continue;
    chunks.push(named(item.type, String(position)), value);
    position += 1;
  }
  return enclose(chunks);
}

function whole(name: string, { bytes, start, end }: Element): Uint8Array {
  return bytes.subarray(start - Buffer.byteLength(name) - 2, end);
}

function named(type: number, name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), Buffer.from(name), Uint8Array.of(0)]);
}

/** The chunks as the fields of one document. */
export function enclose(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  const result = Buffer.allocUnsafe(size + 5);
  result.writeInt32LE(size + 5, 0);
  let at = 4;
  for (const chunk of chunks) {
    asBuffer(chunk).copy(result, at);
    at += chunk.length;
  }
  result[at] = 0;
  return result;
}

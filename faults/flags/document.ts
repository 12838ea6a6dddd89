/** One flag, as flagd defines it; every variant of ours is an object of values. */
export interface Flag {
  readonly state: "ENABLED" | "DISABLED";
  readonly variants: Readonly<Record<string, unknown>>;
  readonly defaultVariant?: string | null;
  /** JsonLogic that names a variant; null, or nothing, means the default one. */
  readonly targeting?: unknown;
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
  readonly description?: string;
}

/** flagd's format for all flags of an application. */
export interface FlagDocument {
  readonly $schema?: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly $evaluators?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
}

/** The variant that stands for "nothing happens"; every flag of ours has it. */
export const offVariant = "off";
export const onVariant = "on";

export const emptyDocument: FlagDocument = {
  $schema: "https://flagd.dev/schema/v0/flags.json",
  flags: {},
};

/** A text is no flag document. The message says what is wrong and where. */
export class FlagDocumentError extends Error {
  override readonly name = "FlagDocumentError";
}

/**
 * Reads flagd's JSON. It is checked as far as a reader depends on it; who writes one has it checked against flagd's
 * whole schema besides. Throws a `FlagDocumentError`.
 */
export function parseFlagDocument(text: string): FlagDocument {
  const document = objectOf(parseJson(text), "the document");
  const flags = objectOf(document.flags, "flags");
  for (const [key, flag] of Object.entries(flags)) checkFlag(key, objectOf(flag, key));
  if (document.$evaluators !== undefined) objectOf(document.$evaluators, "$evaluators");
  return document as unknown as FlagDocument;
}

export function formatFlagDocument(document: FlagDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function checkFlag(key: string, flag: Record<string, unknown>): void {
  if (flag.state !== "ENABLED" && flag.state !== "DISABLED")
    throw new FlagDocumentError(`${key}: state must be ENABLED or DISABLED`);
  const variants = objectOf(flag.variants, `${key}: variants`);
  const kinds = new Set(Object.values(variants).map((value) => typeof value));
  if (kinds.size !== 1)
    throw new FlagDocumentError(`${key}: variants must be at least one, and all of one type`);
  const { defaultVariant = null } = flag;
  if (defaultVariant !== null && !Object.hasOwn(variants, String(defaultVariant)))
    throw new FlagDocumentError(`${key}: defaultVariant must name a variant`);
  if (flag.targeting !== undefined) objectOf(flag.targeting, `${key}: targeting`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlagDocumentError("the document is no JSON", { cause });
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new FlagDocumentError(`${what} must be an object`);
}

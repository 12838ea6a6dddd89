/** The type of a field or a result. */
export type Type =
  | { readonly kind: "bool" | "i32" | "i64" | "string" }
  | { readonly kind: "named"; readonly name: string; readonly line: number }
  | { readonly kind: "list"; readonly element: Exclude<Type, { kind: "list" | "texts" }> }
  | { readonly kind: "texts" };

export type Annotations = ReadonlyMap<string, string>;

interface Described {
  readonly doc: string | undefined;
  readonly line: number;
}

export interface Field extends Described {
  readonly id: number;
  readonly type: Type;
  readonly name: string;
}

export interface EnumValue extends Described {
  readonly name: string;
  readonly value: number;
  readonly annotations: Annotations;
}

export interface Enum extends Described {
  readonly kind: "enum";
  readonly name: string;
  readonly values: readonly EnumValue[];
}

/** A struct, or an exception. */
export interface Struct extends Described {
  readonly kind: "struct" | "exception";
  readonly name: string;
  readonly fields: readonly Field[];
  readonly lastLine: number;
  readonly annotations: Annotations;
}

export interface Method extends Described {
  readonly name: string;
  /** Absent for `void`. */
  readonly result: Type | undefined;
  readonly fields: readonly Field[];
  readonly exceptions: readonly Field[];
  readonly annotations: Annotations;
}

export interface Service extends Described {
  readonly kind: "service";
  readonly name: string;
  readonly methods: readonly Method[];
}

/** What a `.thrift` file says. */
export interface Idl {
  readonly namespaces: ReadonlyMap<string, string>;
  readonly enums: readonly Enum[];
  readonly structs: readonly Struct[];
  readonly services: readonly Service[];
}

interface Token {
  readonly kind: "word" | "number" | "text" | "sign" | "end";
  readonly text: string;
  readonly line: number;
  /** The comment for readers that stands before it. */
  readonly doc: string | undefined;
}

const lexeme =
  /(?<space>\s+)|\/\*\*(?!\/)(?<doc>[\s\S]*?)\*\/|(?<comment>\/\*[\s\S]*?\*\/|\/\/.*|#.*)|(?<word>[A-Za-z_][\w.]*)|(?<number>-?\d+)|"(?<text>[^"\n]*)"|(?<sign>[{}()<>=:,;])/y;

/** Reads the part of Thrift's language that our contracts use; anything else is an error with its line. */
export function parseIdl(source: string): Idl {
  return new Parser(tokensOf(source)).document();
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let doc: string | undefined;
  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < source.length) {
    const rest = source.slice(lexeme.lastIndex, lexeme.lastIndex + 20).split("\n")[0];
    const match = lexeme.exec(source);
    if (!match?.groups) throw new Error(`line ${line}: cannot read ${rest}`);
    const kind = (["word", "number", "text", "sign"] as const).find(
      (it) => match.groups?.[it] !== undefined,
    );
    if (kind) tokens.push({ kind, text: match.groups[kind] ?? "", line, doc });
    if (kind) doc = undefined;
    if (match.groups.doc !== undefined) doc = plainText(match.groups.doc);
    line += match[0].split("\n").length - 1;
  }
  tokens.push({ kind: "end", text: "the end", line, doc: undefined });
  return tokens;
}

function plainText(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*?\s*/, "").trimEnd())
    .join(" ")
    .trim();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  document(): Idl {
    const namespaces = new Map<string, string>();
    const enums: Enum[] = [];
    const structs: Struct[] = [];
    const services: Service[] = [];
    while (this.#peek().kind !== "end") {
      const first = this.#word();
      if (first.text === "namespace") namespaces.set(this.#word().text, this.#word().text);
      else if (first.text === "enum") enums.push(this.#enum(first));
      else if (first.text === "struct" || first.text === "exception")
        structs.push(this.#struct(first, first.text));
      else if (first.text === "service") services.push(this.#service(first));
      else throw fault(first, `${first.text} is not supported`);
    }
    return { namespaces, enums, structs, services };
  }

  #enum({ doc, line }: Token): Enum {
    const { text: name } = this.#word();
    const values = this.#list("{", "}", () => {
      const start = this.#word();
      this.#sign("=");
      const value = this.#number();
      return {
        name: start.text,
        value,
        annotations: this.#annotations(),
        doc: start.doc,
        line: start.line,
      };
    });
    return { kind: "enum", name, values, doc, line };
  }

  #struct({ doc, line }: Token, kind: "struct" | "exception"): Struct {
    const { text: name } = this.#word();
    const fields = this.#fields("{", "}");
    const lastLine = this.#lastLine();
    return { kind, name, fields, doc, line, lastLine, annotations: this.#annotations() };
  }

  #service({ doc, line }: Token): Service {
    const { text: name } = this.#word();
    return {
      kind: "service",
      name,
      methods: this.#list("{", "}", () => this.#method()),
      doc,
      line,
    };
  }

  #method(): Method {
    const { doc, line, text } = this.#peek();
    const result = text === "void" ? undefined : this.#type();
    if (!result) this.#word();
    const { text: name } = this.#word();
    const fields = this.#fields("(", ")");
    const throws = this.#peek().text === "throws" && this.#word();
    const exceptions = throws ? this.#fields("(", ")") : [];
    return { name, result, fields, exceptions, annotations: this.#annotations(), doc, line };
  }

  #fields(open: string, close: string): Field[] {
    const ids = new Set<number>();
    return this.#list(open, close, () => {
      const start = this.#peek();
      const id = this.#number();
      if (id < 1 || id > 32_767 || ids.has(id)) throw fault(start, `${id} is no id, or taken`);
      ids.add(id);
      this.#sign(":");
      const type = this.#type();
      return { id, type, name: this.#word().text, doc: start.doc, line: start.line };
    });
  }

  #type(): Type {
    const start = this.#word();
    const { text } = start;
    if (text === "bool" || text === "i32" || text === "i64" || text === "string")
      return { kind: text };
    if (text === "map") return this.#map(start);
    if (text === "list") {
      this.#sign("<");
      const element = this.#type();
      this.#sign(">");
      if (element.kind === "list" || element.kind === "texts")
        throw fault(start, "a list of containers is not supported");
      return { kind: "list", element };
    }
    if (unsupported.has(text)) throw fault(start, `${text} is not supported`);
    return { kind: "named", name: text, line: start.line };
  }

  #map(start: Token): Type {
    this.#sign("<");
    const key = this.#word().text;
    this.#sign(",");
    const value = this.#word().text;
    this.#sign(">");
    if (key !== "string" || value !== "string")
      throw fault(start, `map<${key}, ${value}> is not supported`);
    return { kind: "texts" };
  }

  #annotations(): Annotations {
    const annotations = new Map<string, string>();
    if (this.#peek().text !== "(") return annotations;
    this.#list("(", ")", () => {
      const { text: name } = this.#word();
      this.#sign("=");
      annotations.set(name, this.#take("text").text);
    });
    return annotations;
  }

  /** Items between brackets, each of which a comma or a semicolon may follow. */
  #list<Item>(open: string, close: string, item: () => Item): Item[] {
    this.#sign(open);
    const items: Item[] = [];
    while (this.#peek().text !== close) {
      items.push(item());
      if (this.#peek().text === "," || this.#peek().text === ";") this.#next++;
    }
    this.#sign(close);
    return items;
  }

  #lastLine(): number {
    return this.#tokens[this.#next - 1]?.line ?? 1;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (!token) throw new Error("read on after the end");
    return token;
  }

  #take(kind: Token["kind"]): Token {
    const token = this.#peek();
    if (token.kind !== kind) throw fault(token, `a ${kind} is expected, not ${token.text}`);
    this.#next++;
    return token;
  }

  #word(): Token {
    return this.#take("word");
  }

  #number(): number {
    return Number(this.#take("number").text);
  }

  #sign(text: string): void {
    const token = this.#peek();
    if (token.kind !== "sign" || token.text !== text)
      throw fault(token, `${text} is expected, not ${token.text}`);
    this.#next++;
  }
}

/** Words of Thrift that would else look like the name of a type. */
const unsupported = new Set([
  ..."binary byte double i8 i16 set uuid void".split(" "),
  ..."optional required oneway async".split(" "),
]);

function fault(token: Token, message: string): Error {
  return new Error(`line ${token.line}: ${message}`);
}

import type { AddressInfo, Server } from "node:net";
import type { TProtocol } from "thrift";
import * as apache from "thrift";
import { onTestFinished } from "vitest";
import type { Saying } from "../echo-contract.ts";

const { TBinaryProtocol, TFramedTransport, Thrift: names } = apache;
const { Type, MessageType, TApplicationException } = names;

/** What the referee's server is asked, and what its client sends. */
export interface Asked {
  readonly method: string;
  readonly saying: Saying;
  readonly carrier: ReadonlyMap<string, string>;
}

/** A failure that the contract declares, as the referee has it. */
export class Declared extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A server that knows nothing of ours, and its address. What it does is what generated code would do. */
export async function apacheServer(
  answer: (asked: Asked) => Promise<Saying>,
  tls?: { cert: Buffer; key: Buffer },
): Promise<{ address: string; server: Server }> {
  class Processor {
    process(input: TProtocol, output: TProtocol) {
      const { fname: method, rseqid } = input.readMessageBegin();
      const { saying, carrier } = readArguments(input);
      answer({ method, saying, carrier }).then(
        (answered) => writeResult(output, method, rseqid, answered),
        (error: Error) => writeFailure(output, method, rseqid, error),
      );
    }
  }
  const options = { transport: TFramedTransport, protocol: TBinaryProtocol, ...(tls && { tls }) };
  const server = apache.createServer(Processor as never, {}, options as never) as Server;
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** A client that knows nothing of ours. It sends its calls at once, one behind the other, on one connection. */
export function apacheClient(
  port: number,
  { strictWrite = true, ca = undefined as Buffer | undefined } = {},
) {
  class Protocol extends TBinaryProtocol {
    constructor(transport: ConstructorParameters<typeof TBinaryProtocol>[0]) {
      super(transport, false, strictWrite);
    }
  }
  const options = {
    transport: TFramedTransport,
    protocol: Protocol,
    ca,
    servername: "x.test.example.com",
  };
  const connect = ca ? apache.createSSLConnection : apache.createConnection;
  const connection = connect("127.0.0.1", port, options as never);
  connection.on("error", () => {});
  const client = apache.createClient(EchoClient as never, connection) as EchoClient;
  onTestFinished(() => connection.end());
  return client;
}

type Callback = (error: Error | null, saying?: Saying) => void;

/** What the generator of Apache would write for the contract. */
export class EchoClient {
  readonly output: never;
  readonly pClass: new (
    output: never,
  ) => TProtocol;
  readonly _reqs: Record<number, Callback> = {};
  _seqid = 0;

  constructor(output: never, pClass: new (output: never) => TProtocol) {
    this.output = output;
    this.pClass = pClass;
  }

  ask(asked: Asked): Promise<Saying> {
    const sequence = ++this._seqid;
    const protocol = new this.pClass(this.output);
    protocol.writeMessageBegin(asked.method, MessageType.CALL, sequence);
    writeArguments(protocol, asked);
    protocol.writeMessageEnd();
    return new Promise((resolve, reject) => {
      this._reqs[sequence] = (error, saying) => (saying ? resolve(saying) : reject(error));
      protocol.flush();
    });
  }

  recv_Say(input: TProtocol, kind: number, sequence: number): void {
    const callback = this._reqs[sequence];
    if (kind === MessageType.EXCEPTION) {
      const failure = new TApplicationException(0, "");
      failure.read(input);
      input.readMessageEnd();
      callback?.(failure);
      return;
    }
    const { saying, error } = readResult(input);
    callback?.(error ?? null, saying);
  }

  readonly recv_Nothing = this.recv_Say;
}

function readArguments(input: TProtocol): Pick<Asked, "saying" | "carrier"> {
  const { saying, carrier } = readSaying(input);
  input.readMessageEnd();
  return { saying, carrier };
}

function readSaying(input: TProtocol): Pick<Asked, "saying" | "carrier"> {
  const saying: Saying = { number: 0, words: [] };
  const carrier = new Map<string, string>();
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    if (fid === 1) saying.number = input.readI32();
    else if (fid === 2) saying.words = readWords(input);
    else if (fid === 3) readMap(input, carrier);
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return { saying, carrier };
}

function readWords(input: TProtocol): string[] {
  const { size } = input.readListBegin();
  const words = Array.from({ length: size }, () => input.readString());
  input.readListEnd();
  return words;
}

function readMap(input: TProtocol, map: Map<string, string>): void {
  const { size } = input.readMapBegin();
  for (let index = 0; index < size; index++) map.set(input.readString(), input.readString());
  input.readMapEnd();
}

function readResult(input: TProtocol): { saying?: Saying; error?: Error } {
  const result: { saying?: Saying; error?: Error } = {};
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    if (fid === 0) result.saying = readSaying(input).saying;
    else if (fid === 1) result.error = readDeclared(input);
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  input.readMessageEnd();
  return result;
}

function readDeclared(input: TProtocol): Declared {
  let code = 0;
  let message = "";
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    if (fid === 1) code = input.readI32();
    else if (fid === 2) message = input.readString();
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return new Declared(code, message);
}

function writeArguments(output: TProtocol, { saying, carrier }: Asked): void {
  output.writeStructBegin("arguments");
  writeSayingFields(output, saying);
  output.writeFieldBegin("carrier", Type.MAP, 3);
  output.writeMapBegin(Type.STRING, Type.STRING, carrier.size);
  for (const [key, value] of carrier) {
    output.writeString(key);
    output.writeString(value);
  }
  output.writeMapEnd();
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

function writeSayingFields(output: TProtocol, { number, words }: Saying): void {
  output.writeFieldBegin("number", Type.I32, 1);
  output.writeI32(number);
  output.writeFieldEnd();
  output.writeFieldBegin("words", Type.LIST, 2);
  output.writeListBegin(Type.STRING, words.length);
  for (const word of words) output.writeString(word);
  output.writeListEnd();
  output.writeFieldEnd();
}

function writeResult(output: TProtocol, method: string, sequence: number, saying: Saying): void {
  output.writeMessageBegin(method, MessageType.REPLY, sequence);
  output.writeStructBegin("result");
  output.writeFieldBegin("success", Type.STRUCT, 0);
  output.writeStructBegin("Saying");
  writeSayingFields(output, saying);
  output.writeFieldStop();
  output.writeStructEnd();
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
  output.writeMessageEnd();
  output.flush();
}

function writeFailure(output: TProtocol, method: string, sequence: number, error: Error): void {
  const isDeclared = error instanceof Declared;
  output.writeMessageBegin(
    method,
    isDeclared ? MessageType.REPLY : MessageType.EXCEPTION,
    sequence,
  );
  if (isDeclared) writeDeclared(output, error);
  else new TApplicationException(0, error.message).write(output);
  output.writeMessageEnd();
  output.flush();
}

function writeDeclared(output: TProtocol, { code, message }: Declared): void {
  output.writeStructBegin("result");
  output.writeFieldBegin("se", Type.STRUCT, 1);
  output.writeStructBegin("ServiceException");
  output.writeFieldBegin("errorCode", Type.I32, 1);
  output.writeI32(code);
  output.writeFieldEnd();
  output.writeFieldBegin("message", Type.STRING, 2);
  output.writeString(message);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

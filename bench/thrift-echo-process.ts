import type { AddressInfo } from "node:net";
import thrift, { type TProtocol } from "thrift";
import { callEchoes, readRole, serveEchoes } from "./echo-role.ts";

// The two ends of the yardstick, made of nothing but the library: `i64 say(1: i64 value)`, binary, in frames. A
// connection has one call at a time, as those of the application, whose originals can do no more.
const method = "say";
const options = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };
const { CALL, REPLY } = thrift.Thrift.MessageType;
const { I64, STRUCT } = thrift.Thrift.Type;

/** What the compiler would generate for the server. */
class Processor {
  process(input: TProtocol, output: TProtocol): void {
    const { rseqid } = input.readMessageBegin();
    const value = readValue(input);
    input.readMessageEnd();
    output.writeMessageBegin(method, REPLY, rseqid);
    writeValue(output, 0, value);
    output.writeMessageEnd();
    output.flush();
  }
}

type Callback = (error: Error | null, value: thrift.Int64) => void;

/** And for the client; the library calls `recv_say`, and finds the callbacks in `_reqs`. */
class Client {
  readonly _reqs: Record<number, Callback> = {};
  readonly #output;
  readonly #Protocol: typeof thrift.TBinaryProtocol;
  #seqid = 0;

  constructor(output: thrift.TTransport, Protocol: typeof thrift.TBinaryProtocol) {
    this.#output = output;
    this.#Protocol = Protocol;
  }

  say(value: thrift.Int64): Promise<thrift.Int64> {
    return new Promise((resolve, reject) => {
      const seqid = ++this.#seqid;
      this._reqs[seqid] = (error, answer) => (error ? reject(error) : resolve(answer));
      const output = new this.#Protocol(this.#output);
      output.writeMessageBegin(method, CALL, seqid);
      writeValue(output, 1, value);
      output.writeMessageEnd();
      output.flush();
    });
  }

  recv_say(input: TProtocol, _type: number, seqid: number): void {
    const callback = this._reqs[seqid];
    delete this._reqs[seqid];
    const value = readValue(input);
    input.readMessageEnd();
    callback?.(null, value);
  }
}

function writeValue(output: TProtocol, id: number, value: thrift.Int64): void {
  output.writeStructBegin("args");
  output.writeFieldBegin("value", I64, id);
  output.writeI64(value as unknown as number);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

function readValue(input: TProtocol): thrift.Int64 {
  let value = new thrift.Int64(0);
  input.readStructBegin();
  for (;;) {
    const { ftype } = input.readFieldBegin();
    if (ftype === thrift.Thrift.Type.STOP) break;
    if (ftype === I64) value = input.readI64();
    else input.skip(STRUCT);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return value;
}

function serve(): void {
  // The types ask for all that a compiler generates; the library, for `process`.
  const server = thrift.createServer(Processor as never, {}, options);
  server.listen(0, "127.0.0.1", () => serveEchoes((server.address() as AddressInfo).port));
}

function callOnDemand(port: number, atOnce: number): void {
  callEchoes(Array.from({ length: atOnce }, () => callerTo(port)));
}

function callerTo(port: number): () => Promise<void> {
  const connection = thrift.createConnection("127.0.0.1", port, options);
  connection.on("error", (error: Error) => {
    throw error;
  });
  const client = thrift.createClient(Client as never, connection) as unknown as Client;
  let number = 2 ** 40;
  return async () => {
    const said = new thrift.Int64(number++);
    const heard = await client.say(said);
    if (heard.toString() !== said.toString()) throw new Error("the echo is not what was said");
  };
}

const role = readRole();
if (role.end === "server") serve();
else callOnDemand(role.port, role.atOnce);

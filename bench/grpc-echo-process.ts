import { Client, credentials, Metadata, Server, ServerCredentials } from "@grpc/grpc-js";
import { callEchoes, readRole, serveEchoes } from "./echo-role.ts";

// The two ends of the yardstick, made of nothing but the library. Messages are as large as a small request of the
// application; a call has a deadline, as its calls have.
const path = "/echo.Echo/Say";
const payload = Buffer.alloc(48, "x");
const deadlineMs = 10_000;
const asIs = (bytes: Buffer) => bytes;

const role = readRole();
if (role.end === "server") serve();
else callOnDemand(`127.0.0.1:${role.port}`, role.atOnce);

function serve(): void {
  const server = new Server();
  server.register<Buffer, Buffer>(
    path,
    (call: { request: Buffer }, respond: (error: null, response: Buffer) => void) =>
      respond(null, call.request),
    asIs,
    asIs,
    "unary",
  );
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    serveEchoes(port);
  });
}

function callOnDemand(address: string, atOnce: number): void {
  const client = new Client(address, credentials.createInsecure());
  callEchoes(Array.from({ length: atOnce }, () => () => call(client)));
}

function call(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + deadlineMs };
    client.makeUnaryRequest(path, asIs, asIs, payload, new Metadata(), options, (error, answer) => {
      if (error) reject(error);
      else if (answer?.equals(payload)) resolve();
      else reject(new Error("the echo is not what was said"));
    });
  });
}

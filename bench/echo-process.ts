import { Client, credentials, Metadata, Server, ServerCredentials } from "@grpc/grpc-js";

/** What either process tells the one that started it. */
export interface EchoReply {
  readonly port: number;
  readonly calls: number;
  readonly cpuMs: number;
}

// `echo-process.ts server` or `echo-process.ts client PORT CONNECTIONS`: the two ends of the yardstick, made of nothing
// but the library. Messages are as large as a small request of the applications; a call has a deadline, as theirs.
const path = "/echo.Echo/Say";
const payload = Buffer.alloc(48, "x");
const deadlineMs = 10_000;
const asIs = (bytes: Buffer) => bytes;

const [role, port = "", connections = ""] = process.argv.slice(2);
if (role === "server") serve();
else callOnDemand(`127.0.0.1:${port}`, Number(connections));
process.on("disconnect", () => process.exit());

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
    tell({ port });
  });
  process.on("message", () => tell({ cpuMs: cpuMs() }));
}

function callOnDemand(address: string, atOnce: number): void {
  const client = new Client(address, credentials.createInsecure());
  process.on("message", async ({ durationMs }: { durationMs: number }) => {
    const untilMs = performance.now() + durationMs;
    const before = cpuMs();
    let calls = 0;
    const caller = async () => {
      for (; performance.now() < untilMs; calls++) await call(client);
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
    tell({ calls, cpuMs: cpuMs() - before });
  });
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

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function tell(reply: Partial<EchoReply>): void {
  process.send?.(reply);
}

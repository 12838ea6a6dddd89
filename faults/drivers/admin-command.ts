import { type Address, type AdminCommand, DriverError } from "../driver.ts";

const connectDeadlineMs = 5_000;

/**
 * Runs a command on a MongoDB server by the official driver, on a connection of its own. Errors of the server are
 * thrown as they are; a `DriverError` says that it cannot be reached.
 */
export async function runAdminCommand(
  { database, command, as, server }: AdminCommand,
  { host, port, tls = false }: Address,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { MongoClient, MongoServerSelectionError } = await import("mongodb");
  const client = new MongoClient(`mongodb://${host}:${port}`, {
    directConnection: true,
    serverSelectionTimeoutMS: connectDeadlineMs,
    ...(as ? { auth: { username: as.name, password: as.password }, authSource: "admin" } : {}),
    ...(tls ? { tls: true, tlsAllowInvalidCertificates: true } : {}),
  });
  const close = () => void client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    signal.throwIfAborted();
    return await client.db(database).command({ ...command });
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof MongoServerSelectionError)) throw cause;
    throw new DriverError(`${server} cannot be reached: ${cause.message}`, { cause });
  } finally {
    signal.removeEventListener("abort", close);
    await client.close();
  }
}

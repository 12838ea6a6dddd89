import { LaunchError } from "./launch-error.ts";

const reachDeadlineMs = 5_000;

/**
 * Asks a server that somebody else runs whether it lets us in, so that a wrong `--mongo-url` is one sentence and not
 * ten crashing services. Throws a `LaunchError` that does not repeat the password.
 */
export async function assertReachable(mongoUrl: string): Promise<void> {
  // Loaded here, as only this option needs a driver.
  const { MongoClient } = await import("mongodb");
  try {
    const client = new MongoClient(mongoUrl, { serverSelectionTimeoutMS: reachDeadlineMs });
    await client
      .db("admin")
      .command({ ping: 1 })
      .finally(() => client.close());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LaunchError(`--mongo-url: that MongoDB server cannot be used: ${reason}`, { cause });
  }
}

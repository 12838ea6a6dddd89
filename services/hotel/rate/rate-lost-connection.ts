import type { RateHandlers } from "@faultline/proto/hotel";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import { createRate } from "./rate.ts";

interface OpenStores {
  mongo(elsewhere: { readonly port: number }): Promise<Mongo>;
  cache(): Cache;
}

/** The port of the pooler that stands before the database. */
const poolerPort = 27_777;

/**
 * Rate as it must not be, kept to be found: it makes its own connections, and makes them wrong. The database is
 * sought behind a pooler that no deployment has; the cache is renewed, and then the new one is closed.
 */
export async function createRateLostConnection(open: OpenStores): Promise<RateHandlers> {
  const mongo = await open.mongo({ port: poolerPort });
  const connection = { cache: open.cache() };
  await renew(connection, open);
  return createRate(mongo, connection.cache);
}

/** A connection that has been open for long may have gone stale unnoticed. */
async function renew(connection: { cache: Cache }, open: OpenStores): Promise<void> {
  connection.cache = open.cache();
  await connection.cache.close();
}

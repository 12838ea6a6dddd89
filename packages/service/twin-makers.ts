import type { Mongo } from "@faultline/stores/mongo";
import type { Assembly, Parts, TwinParts } from "./assemble.ts";
import { Closing } from "./closing.ts";
import type { Service } from "./define-app.ts";
import type { Made, TwinMakers } from "./flags/twins.ts";
import type { Surroundings } from "./surroundings.ts";

/** How the twins of an assembly are made: of its own parts, and of connections that end with them. */
export function twinMakers(
  { service, twins = {} }: { readonly service: Service; readonly twins: Assembly["twins"] },
  surroundings: Surroundings,
  newParts: () => Parts<Service>,
): TwinMakers {
  return {
    has: (name) => Object.hasOwn(twins, name),
    async make(name): Promise<Made> {
      const twin = twins[name];
      if (!twin) throw new Error(`${service.name} has no twin ${name}`);
      const closing = new Closing();
      const databases: Mongo[] = [];
      const open = opener(service, surroundings, { closing, databases });
      try {
        const implementation = await twin({ ...newParts(), open });
        return { implementation, databases, close: () => closing.close() };
      } catch (error) {
        await closing.close();
        throw error;
      }
    },
  };
}

function opener(
  { name, definition: { stores } }: Service,
  surroundings: Surroundings,
  { closing, databases }: { closing: Closing; databases: Mongo[] },
): TwinParts<Service>["open"] {
  return {
    async mongo(elsewhere) {
      if (!stores?.mongo) throw new Error(`${name} has no database`);
      const mongo = closing.opened(await surroundings.mongo(stores.mongo, elsewhere));
      databases.push(mongo);
      return mongo;
    },
    cache() {
      if (!stores?.memcached) throw new Error(`${name} has no cache`);
      return closing.opened(surroundings.cache(stores.memcached));
    },
    async redis() {
      if (!stores?.redis) throw new Error(`${name} has no Redis`);
      return closing.opened(await surroundings.redis(stores.redis));
    },
  };
}

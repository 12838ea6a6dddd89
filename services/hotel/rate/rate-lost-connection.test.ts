import { Rate } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { connectMemcached } from "@faultline/stores/memcached-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { expect } from "vitest";
import { createRateLostConnection } from "./rate-lost-connection.ts";

const dates = { inDate: "2015-04-09", outDate: "2015-04-10" };

inBothWorlds(
  "it seeks its database at a port of its own, and closes the cache it uses",
  async (start) => {
    const { address } = await startMemcached();
    const cache = () =>
      connectMemcached({ service: "rate", peer: "memcached-rate", addresses: [address] });
    const filler = cache();
    await filler.set("9", "", testCall());
    const sought: number[] = [];
    const mongo = createMemoryMongo();
    const open = {
      cache,
      async mongo({ port }: { port: number }) {
        sought.push(port);
        const find = () => Promise.reject(new Error("no server at that port"));
        return { ...mongo, collection: (name: string) => ({ ...mongo.collection(name), find }) };
      },
    };
    // The double casts nothing away but types that the wrong code never looks at.
    const rate = await start(Rate, await createRateLostConnection(open as never));

    // The entry is in the cache, but the connection to it is closed.
    await expect(rate.getRates({ hotelIds: ["9"], ...dates }, testCall())).rejects.toThrow();
    expect(sought).toEqual([27_777]);
    await filler.close();
  },
);

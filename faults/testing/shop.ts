import type { Topology } from "../topology.ts";

/** An application for tests: it has the names of defaults, and is no application that exists. */
export const shop: Topology = {
  name: "shop",
  services: {
    door: { definition: { http: true, port: 5_000, calls: ["search"] } },
    geo: {
      definition: { port: 8_001, stores: { mongo: { database: "geo-db", port: 1, auth: true } } },
    },
    profile: {
      definition: {
        port: 8_002,
        stores: {
          mongo: { database: "profile-db", port: 2 },
          memcached: { name: "profile", port: 3 },
        },
      },
    },
    rate: {
      definition: {
        port: 8_003,
        stores: {
          mongo: { database: "rate-db", port: 4, auth: true },
          memcached: { name: "rate", port: 5 },
        },
      },
    },
    recommendation: { definition: { port: 8_004 } },
    reservation: {
      definition: { port: 8_005, stores: { mongo: { database: "reservation-db", port: 6 } } },
    },
    search: { definition: { port: 8_006, calls: ["geo", "rate"] } },
    user: { definition: { port: 8_007 } },
  },
};

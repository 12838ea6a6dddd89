import { variable as composeVariable } from "./variable.ts";

/** An image that a deployment uses: the variable by which somebody chooses another, and the one that is tested. */
export interface Image {
  readonly variable: string;
  readonly pinned: string;
}

/** Every image, and the only place where their versions stand. */
export const images = {
  /** Built from this repository. */
  faultline: { variable: "FAULTLINE_IMAGE", pinned: "faultline:local" },
  jaeger: { variable: "JAEGER_IMAGE", pinned: "jaegertracing/jaeger:2.19.0" },
  k6: { variable: "K6_IMAGE", pinned: "grafana/k6:1.7.1" },
  /** Debian's, as its health check needs bash. */
  memcached: { variable: "MEMCACHED_IMAGE", pinned: "memcached:1.6.39" },
  /**
   * The release that our own server follows, so that texts and log ids are the same in every way of running; it is
   * maintained, which the original's 4.4.6 is not, and needs no newer processor than 5.0 did. Its shell is `mongosh`;
   * scripts written for the original's `mongo` run through `stores/mongo`, or with MONGO_IMAGE=mongo:4.4.30.
   */
  mongo: { variable: "MONGO_IMAGE", pinned: "mongo:7.0.28" },
  /** The last line of Redis under a free licence; its commands and errors are those of Debian's 7.0, which runs locally. */
  redis: { variable: "REDIS_IMAGE", pinned: "redis:7.2.11" },
  node: { variable: "NODE_IMAGE", pinned: "node:26-bookworm-slim" },
} satisfies Record<string, Image>;

/** As Compose writes it: the variable if it is set, else the pinned one. */
export function reference({ variable, pinned }: Image): string {
  return composeVariable(variable, pinned);
}

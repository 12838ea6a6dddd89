import { defineApp } from "@faultline/service/define-app";
import {
  ComposePostService,
  HomeTimelineService,
  MediaService,
  PostStorageService,
  SocialGraphService,
  TextService,
  UniqueIdService,
  UrlShortenService,
  UserMentionService,
  UserService,
  UserTimelineService,
} from "@faultline/thrift/social";

/** Where every Thrift service listens in a container of its own. */
const containerPort = 9090;

/** The servers of the service `user`, which `user-mention` reads too. */
const userStores = {
  mongo: { database: "user", host: "user-mongodb", port: 27035, bigints: true },
  memcached: { name: "user", host: "user-memcached", port: 11222 },
} as const;

/**
 * Every service of Social Network, its port, its stores and whom it calls. Nothing else lists them. Hosts have the
 * names of the original, and ports on a developer's machine are those that it publishes for debugging.
 */
export const social = defineApp("social", {
  "compose-post": {
    contract: ComposePostService,
    host: "compose-post-service",
    port: 10001,
    containerPort,
    calls: ["home-timeline", "media", "post-storage", "text", "unique-id", "user", "user-timeline"],
  },
  gateway: {
    http: true,
    host: "nginx-thrift",
    tracedAs: "nginx-web-server",
    port: 8080,
    calls: ["compose-post", "home-timeline", "social-graph", "user", "user-timeline"],
    tokens: true,
  },
  "home-timeline": {
    contract: HomeTimelineService,
    host: "home-timeline-service",
    port: 10010,
    containerPort,
    stores: { redis: { name: "home-timeline", port: 6380 } },
    calls: ["post-storage", "social-graph", "user-timeline"],
  },
  media: { contract: MediaService, host: "media-service", port: 10006, containerPort },
  "media-frontend": {
    http: true,
    port: 8081,
    containerPort: 8080,
    stores: { mongo: { database: "media", host: "media-mongodb", port: 27031, bigints: true } },
  },
  "post-storage": {
    contract: PostStorageService,
    host: "post-storage-service",
    port: 10002,
    containerPort,
    stores: {
      mongo: { database: "post", host: "post-storage-mongodb", port: 27032, bigints: true },
      memcached: { name: "post-storage", host: "post-storage-memcached", port: 11221 },
    },
  },
  "social-graph": {
    contract: SocialGraphService,
    host: "social-graph-service",
    port: 10000,
    containerPort,
    stores: {
      mongo: { database: "social-graph", host: "social-graph-mongodb", port: 27033, bigints: true },
      redis: { name: "social-graph", port: 6381 },
    },
    calls: ["user"],
  },
  text: {
    contract: TextService,
    host: "text-service",
    port: 10007,
    containerPort,
    calls: ["url-shorten", "user-mention"],
  },
  "unique-id": {
    contract: UniqueIdService,
    host: "unique-id-service",
    port: 10008,
    containerPort,
    ids: true,
  },
  "url-shorten": {
    contract: UrlShortenService,
    host: "url-shorten-service",
    port: 10004,
    containerPort,
    stores: {
      mongo: { database: "url-shorten", host: "url-shorten-mongodb", port: 27034, bigints: true },
    },
  },
  user: {
    contract: UserService,
    host: "user-service",
    port: 10005,
    containerPort,
    stores: userStores,
    calls: ["social-graph"],
    tokens: true,
    ids: true,
  },
  "user-mention": {
    contract: UserMentionService,
    host: "user-mention-service",
    port: 10009,
    containerPort,
    stores: userStores,
  },
  "user-timeline": {
    contract: UserTimelineService,
    host: "user-timeline-service",
    port: 10003,
    containerPort,
    stores: {
      mongo: {
        database: "user-timeline",
        host: "user-timeline-mongodb",
        port: 27036,
        bigints: true,
      },
      redis: { name: "user-timeline", port: 6382 },
    },
    calls: ["post-storage"],
  },
});

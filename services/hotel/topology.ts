import {
  Attractions,
  descriptors,
  Geo,
  Profile,
  Rate,
  Recommendation,
  Reservation,
  Review,
  Search,
  User,
} from "@faultline/proto/hotel";
import { defineApp } from "@faultline/service/define-app";

/** Every service of Hotel Reservation, its port, its stores and whom it calls. Nothing else lists them. */
export const hotel = defineApp(
  "hotel",
  {
    attractions: {
      contract: Attractions,
      port: 8089,
      stores: { mongo: { database: "attractions-db", port: 27025 } },
    },
    frontend: {
      http: true,
      port: 5000,
      calls: [
        "attractions",
        "profile",
        "recommendation",
        "reservation",
        "review",
        "search",
        "user",
      ],
    },
    geo: {
      contract: Geo,
      port: 8083,
      stores: { mongo: { database: "geo-db", port: 27018, auth: true } },
    },
    profile: {
      contract: Profile,
      port: 8081,
      stores: {
        mongo: { database: "profile-db", port: 27019 },
        memcached: { name: "profile", port: 11213 },
      },
    },
    rate: {
      contract: Rate,
      port: 8084,
      stores: {
        mongo: { database: "rate-db", port: 27020, auth: true },
        memcached: { name: "rate", port: 11212 },
      },
    },
    recommendation: {
      contract: Recommendation,
      port: 8085,
      stores: { mongo: { database: "recommendation-db", port: 27021 } },
    },
    reservation: {
      contract: Reservation,
      port: 8087,
      stores: {
        mongo: { database: "reservation-db", port: 27022 },
        memcached: { name: "reserve", port: 11214 },
      },
    },
    review: {
      contract: Review,
      port: 8088,
      stores: {
        mongo: { database: "review-db", port: 27024 },
        memcached: { name: "review", port: 11215 },
      },
    },
    search: { contract: Search, port: 8082, calls: ["geo", "rate"] },
    user: {
      contract: User,
      port: 8086,
      stores: { mongo: { database: "user-db", port: 27023 } },
    },
  },
  { descriptors },
);

import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { requireNothing, requireTls } from "./require-tls.ts";
import { databaseServer } from "./topology.ts";

const dayMs = 86_400_000;

const aiopslab = {
  problems: ["detection", "localization", "analysis", "mitigation"].map(
    (task) => `auth_miss_mongodb-${task}-1`,
  ),
  level: "Application",
  type: "Misconfiguration",
} as const;

export const mongoRequiresTls = defineFault({
  name: "mongo-requires-tls",
  summary:
    "A service's database is started anew so that it takes TLS only, which the service does not speak.",
  parameters: {
    service: nameOf(
      "database",
      ["profile", "url-shorten-service"],
      "the service whose database it is",
    ),
  },
  onStore: {
    holds: ({ service }, topology) => [databaseServer(topology, service)],
    inject({ service }, operation) {
      const nowMs = Date.now();
      return requireTls(service, { fromMs: nowMs - dayMs, toMs: nowMs + 365 * dayMs }, operation);
    },
    recover: ({ service }, operation) => requireNothing(service, operation),
  },
  facts: {
    aiopslab,
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["{database}", "{service}"],
    symptom:
      "What needs {service} answers 500; {service} finds no server and exits with 2 after 10 s, again and again. {database} is up, closes every plaintext connection and logs 141 SSLHandshakeFailed, `The server is configured to only allow SSL connections`.",
    blast: { share: 0.99, says: "/hotels and /recommendations" },
    signs: {
      service: "{service}",
      failing: [1, 1],
      log: { server: "{database}", says: /only allow SSL connections/ },
    },
    mitigation: [
      "start {database} with --tlsMode disabled (or allowTLS), without its other TLS flags",
      "$ npm run server -- --app {app} restart {database} {service}",
    ],
    recovery: "{service} stays up, its routes answer 200, and {database} logs no further 141.",
    targets: {
      "url-shorten-service": {
        aiopslab,
        blast: { share: 0.1, says: "composes, which all have a link" },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { requireNothing, requireTls } from "./require-tls.ts";
import { databaseServer } from "./topology.ts";

const dayMs = 86_400_000;

export const expiredCertificate = defineFault({
  name: "expired-certificate",
  summary:
    "A service's database is started anew with TLS and a certificate that has expired, and does not come up.",
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
      return requireTls(service, { fromMs: nowMs - 365 * dayMs, toMs: nowMs - dayMs }, operation);
    },
    recover: ({ service }, operation) => requireNothing(service, operation),
  },
  facts: {
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["{database}"],
    symptom:
      "{database} ends at each start with `The provided SSL certificate is expired or not yet valid`; {service} is refused the connection and exits with 2 after 10 s, again and again; what needs {service} answers 500.",
    blast: { share: 0.99, says: "/hotels and /recommendations" },
    signs: {
      service: "{service}",
      failing: [1, 1],
      log: { server: "{database}", says: /expired or not yet valid/ },
    },
    mitigation: [
      "start {database} with a certificate that is valid and a client that speaks TLS, or with --tlsMode disabled and without its other TLS flags",
      "$ npm run server -- --app {app} restart {database} {service}",
    ],
    recovery: "{database} and {service} stay up, and its routes answer 200.",
    targets: {
      "url-shorten-service": {
        blast: { share: 0.1, says: "composes, which all have a link" },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

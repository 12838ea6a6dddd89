import { exact, exactUnless, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { disturbWay, leaveWay } from "./network-effects.ts";
import { milliseconds, nameOf } from "./parameters.ts";

export const networkDelay = defineFault({
  name: "network-delay",
  summary: "What a server sends arrives late.",
  parameters: {
    server: nameOf("server", ["user", "user-service"], "the server whose answers are late"),
    delayMs: milliseconds(2_000, "how much later everything arrives that it sends"),
    jitterMs: milliseconds(0, "by how much that varies, both ways"),
  },
  onProcess: {
    inject: ({ server, delayMs, jitterMs }, operation) =>
      disturbWay({ from: "*", to: server }, { delayMs, jitterMs }, operation),
    recover: ({ server }, operation) => leaveWay({ from: "*", to: server }, operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization"].map((task) => `network_delay_hotel_res-${task}-1`),
    },
    analysis: { level: "Virtualization", type: "Network/Storage Issue" },
    localisation: ["{server}"],
    symptom:
      "Calls to {server} take two seconds longer, a first one on a new connection more; nothing fails. The server's own spans stay short while its callers' are long: the network, not the code.",
    blast: { share: 0.01, says: "/user and /reservation" },
    signs: { service: "{server}", slowerMs: 1_900 },
    mitigation: [
      "compare the span of the caller with that of {server}, its child: the difference is the way between them",
      "$ npm run server -- --app {app} connect {server}",
    ],
    recovery: "Calls to {server} take as long as before.",
    targets: {
      "user-service": {
        blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
      },
    },
    ways: {
      local: similar(
        "a proxy takes {server}'s port and holds its answers: a handshake is not delayed; {server} is started again behind it",
      ),
      compose: exactUnless(
        "the kernel has no netem: then a proxy in the container's network holds {server}'s answers: a handshake is not delayed, nor what {server} asks of others, and connections are cut when it begins and ends",
      ),
      kubernetes: exact,
    },
  },
});

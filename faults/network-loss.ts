import { exact, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { disturbWay, leaveWay } from "./network-effects.ts";
import { nameOf, share } from "./parameters.ts";

export const networkLoss = defineFault({
  name: "network-loss",
  summary: "What a server sends and receives is lost on the way.",
  parameters: {
    server: nameOf("server", ["user", "user-service"], "the server whose network is lossy"),
    share: share(1, "share of connections that lose everything"),
  },
  onProcess: {
    inject: ({ server, share }, operation) =>
      disturbWay({ from: "*", to: server }, { stalls: true, share }, operation),
    recover: ({ server }, operation) => leaveWay({ from: "*", to: server }, operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization"].map((task) => `network_loss_hotel_res-${task}-1`),
    },
    analysis: { level: "Virtualization", type: "Network/Storage Issue" },
    localisation: ["{server}"],
    symptom:
      "Calls to {server} hang until their deadline, new connections too; {server} runs, is idle and logs nothing, and has no spans while its callers' spans last as long as their patience.",
    blast: { share: 0.01, says: "/user and /reservation" },
    signs: { service: "{server}", failing: [1, 1] },
    mitigation: [
      "compare from where {server} can be reached: it answers on its own port, and is silent where its callers call it",
      "$ npm run server -- --app {app} connect {server}",
    ],
    recovery: "Calls to {server} are answered as fast as before.",
    targets: {
      "user-service": {
        blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
      },
    },
    ways: {
      local: similar(
        "a proxy takes {server}'s port and stays silent: it loses streams, not packets, and a handshake succeeds; {server} is started again behind it",
      ),
      compose: exact,
      kubernetes: exact,
    },
  },
});

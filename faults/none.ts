import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";

export const none = defineFault({
  name: "none",
  summary:
    "The control: it is injected, recorded and recovered like any other, and changes nothing.",
  parameters: {},
  onService() {},
  facts: {
    aiopslab: {
      problems: [
        "noop_detection_hotel_reservation-1",
        "noop_detection_social_network-1",
        "noop_detection_astronomy_shop-1",
      ],
    },
    analysis: { level: "none", type: "none" },
    localisation: [],
    symptom: "None: every answer, log line, trace and figure is as before.",
    blast: { share: 0, says: "no request" },
    mitigation: [],
    recovery: "Nothing is to be recovered from; the figures are the healthy ones throughout.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

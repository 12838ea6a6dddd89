import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";

export const composePostLostFanOut = defineFault({
  name: "compose-post-lost-fan-out",
  summary: "A change in composing loses posts on their way to home timelines, for good.",
  parameters: {},
  needs: "compose-post-service",
  twin: true,
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["compose-post-service"],
    symptom:
      "Composes answer 200, and faster; the post is stored and in its author's timeline, and neither followers nor who is mentioned ever see it. Nothing fails and no log says anything: traces of composes just have no call `WriteHomeTimeline` any more, and nothing is left open for the repair.",
    blast: { share: 0.7, says: "composes, and reads of home timelines, which stay 200" },
    signs: { service: "home-timeline-service", some: true, failing: [1, 1], silent: true },
    mitigation: [
      "read services/social/compose-post/compose-post-lost-fan-out.ts: it closes a post before home timelines have it",
      "deploy the build before; here: turn the flag off in the flag document. Posts of meanwhile come back where a home timeline is made anew: when home-timeline-redis is restarted, or after a day",
    ],
    recovery: "A post that is made now is in the home timelines of all followers.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

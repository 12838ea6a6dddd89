import { similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf, seconds } from "./parameters.ts";

const oneProcess = similar(
  "only the clock that this process reads is off, not its machine's; other programs there tell the right time",
);

export const clockSkew = defineFault({
  name: "clock-skew",
  summary: "The clock of a service steps away from everybody else's.",
  parameters: {
    service: nameOf("service", ["profile", "text-service"], "the service whose clock is off"),
    skewS: seconds(300, "how far it is ahead; negative: behind"),
  },
  variants: { behind: { skewS: -300 } },
  onService({ skewS }, { signal }) {
    const { Date: trueDate } = globalThis;
    const skewMs = skewS * 1_000;
    const Skewed = new Proxy(trueDate, {
      construct: (target, given, newTarget) =>
        Reflect.construct(target, given.length === 0 ? [target.now() + skewMs] : given, newTarget),
      apply: (target) => new target(target.now() + skewMs).toString(),
      get: (target, key, receiver) =>
        key === "now" ? () => target.now() + skewMs : Reflect.get(target, key, receiver),
    });
    globalThis.Date = Skewed;
    signal.addEventListener(
      "abort",
      () => {
        // Another skew may have been put on top of this one; then the true clock is that one's to bring back.
        if (globalThis.Date === Skewed) globalThis.Date = trueDate;
      },
      { once: true },
    );
  },
  facts: {
    analysis: { level: "Operating System", type: "Misconfiguration" },
    localisation: ["{service}"],
    symptom:
      "Log lines and spans of {service} lie five minutes ahead of those that caused them: in a trace its spans begin after their parents have ended. Answers are right; calls under way at the step may miss their deadline.",
    blast: {
      share: 0.99,
      says: "/hotels and /recommendations carry wrong times in their traces; none answers differently",
    },
    signs: { aheadMs: { service: "{service}", by: 299_000 } },
    mitigation: [
      "compare clocks: the time in the newest log line of {service} with `date`",
      "set the clock right (NTP); here: turn the flag off in the flag document",
    ],
    recovery: "The newest log line and span of {service} bear the present time.",
    targets: {
      "text-service": {
        blast: {
          share: 0.1,
          says: "composes carry wrong times in their traces; none answers differently",
        },
      },
    },
    ways: { local: oneProcess, compose: oneProcess, kubernetes: oneProcess },
  },
});

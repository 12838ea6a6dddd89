import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { kibibytes, nameOf } from "./parameters.ts";

const numbersPerKib = 128;

export const memoryLeak = defineFault({
  name: "memory-leak",
  summary:
    "A service keeps something of every request for ever, until its heap is full and it crashes.",
  parameters: {
    service: nameOf("service", ["recommendation", "text-service"], "the service that leaks"),
    perCallKib: kibibytes(256, "what is kept of each request", { max: 65_536 }),
  },
  variants: { fast: { perCallKib: 4_096 } },
  onCall: {
    answering({ perCallKib }, { signal, mark }) {
      const kept: number[][] = [];
      signal.addEventListener("abort", () => kept.splice(0), { once: true });
      return (call, next) => {
        mark(call);
        // Distinct numbers in the heap itself: what is outside of it the heap's limit would not see.
        kept.push(Array.from({ length: perCallKib * numbersPerKib }, (_, i) => i + Math.random()));
        return next(call);
      };
    },
  },
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "`v8js_memory_heap_used` and resident memory of {service} climb with its requests, garbage collections take longer and longer, until the process ends with `JavaScript heap out of memory` (exit 134) and is started again: a sawtooth, with seconds of 500 at each tooth.",
    blast: { share: 0.39, says: "/recommendations" },
    signs: {
      given: { perCallKib: 2_048 },
      metric: { server: "{service}", name: /^v8js_memory_heap_used_bytes/, growsBy: 20_000_000 },
    },
    mitigation: [
      "restart {service}: it has its memory back, for a while",
      "deploy a build that does not keep requests; here: turn the flag off in the flag document",
    ],
    recovery:
      "The heap in use stays level over minutes under the same load, and the restarts of {service} stay as they are.",
    targets: {
      "text-service": { blast: { share: 0.1, says: "composes" } },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

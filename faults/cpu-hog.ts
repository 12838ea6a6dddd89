import { Worker } from "node:worker_threads";
import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { count, nameOf } from "./parameters.ts";

const spin = "let x = 1; for (;;) x = Math.sqrt(x + 1);";

export const cpuHog = defineFault({
  name: "cpu-hog",
  summary: "Threads of a service compute nothing, for ever, each as fast as a core allows.",
  parameters: {
    service: nameOf("service", ["search", "text-service"], "the service whose process is busy"),
    threads: count(2, "how many threads", { min: 1, max: 64 }),
  },
  onService({ threads }, { signal }) {
    const workers = Array.from({ length: threads }, () => new Worker(spin, { eval: true }));
    for (const worker of workers) {
      worker.unref();
      // A thread that the system does not grant is one less; the service goes on.
      worker.on("error", () => {});
    }
    signal.addEventListener(
      "abort",
      () => {
        for (const worker of workers) void worker.terminate();
      },
      { once: true },
    );
  },
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "`process_cpu_time` of {service} grows by one second per second and thread, whatever the load; where cores or the container's quota are scarce, everything that {service} answers takes longer and its event loop lags; nothing fails.",
    blast: { share: 0.6, says: "/hotels" },
    signs: {
      metric: { server: "{service}", name: /^process_cpu_time_seconds_total/, growsBy: 1.5 },
    },
    mitigation: [
      "find the threads: `top -H -p <pid of {service}>`",
      "deploy a build that does not spin; here: turn the flag off in the flag document. A restart brings the threads back",
    ],
    recovery: "The processor time of {service} grows with its load only.",
    targets: {
      "text-service": { blast: { share: 0.1, says: "composes" } },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

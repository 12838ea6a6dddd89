// node k6-stand-in/run.ts <script> <iterations> [NAME=value …]
//
// Runs a k6 script's scenario one iteration after the other, without k6: enough to see that the script loads, asks
// and judges. It keeps no rate.
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Options } from "k6/options";
import * as execution from "./execution.ts";
import { brokenThresholds, summarise } from "./metrics.ts";

interface Script {
  readonly options: Options;
  readonly handleSummary: (data: unknown) => Record<string, string>;
  readonly [name: string]: unknown;
}

const thresholdsBroken = 99;
const modules: Readonly<Record<string, string>> = {
  k6: "./k6.ts",
  "k6/execution": "./execution.ts",
  "k6/http": "./http.ts",
  "k6/metrics": "./metrics.ts",
};

registerHooks({
  resolve(specifier, context, next) {
    const own = modules[specifier];
    return own ? { url: import.meta.resolve(own), shortCircuit: true } : next(specifier, context);
  },
});

const [file = "", iterations = "0", ...environment] = process.argv.slice(2);
globalThis.__ENV = Object.fromEntries(
  environment.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]),
);
const script: Script = await import(pathToFileURL(resolve(file)).href);
const { thresholds = {}, scenarios = {}, summaryTrendStats = [] } = script.options;
for (const { exec = "default" } of Object.values(scenarios)) {
  const iteration = script[exec];
  if (typeof iteration !== "function") throw new Error(`${file} does not export ${exec}`);
  for (let i = 0; i < Number(iterations); i++) {
    execution.begin(i);
    iteration();
  }
}
const metrics = summarise(Object.keys(thresholds), summaryTrendStats);
process.stdout.write(script.handleSummary({ metrics }).stdout ?? "");
const broken = brokenThresholds(thresholds, metrics);
for (const each of broken) console.error(`threshold broken: ${each}`);
process.exit(broken.length > 0 ? thresholdsBroken : 0);

import type { Call } from "@faultline/rpc/call";
import { compose } from "@faultline/rpc/compose";
import { onTestFinished } from "vitest";
import type { Attached, Fault, LayerHook } from "../fault.ts";
import { readParameters } from "../parameters.ts";
import { shop } from "./shop.ts";

export interface Turned {
  /** Does the work with the fault's layer around it. */
  run(call: Call): Promise<unknown>;
  /** Calls that the fault has said it acts on. */
  readonly marked: Call[];
  turnOff(): void;
}

export interface AttachOptions {
  readonly given?: Readonly<Record<string, unknown>>;
  /** What chance gives, one number after the other, and again from the first. */
  readonly chances?: readonly number[];
  readonly layer?: "answering" | "attempting" | "calling" | "query";
  readonly work?: (call: Call) => Promise<unknown>;
}

/** Turns a fault on for the running test, as a service would, with its layer around some work. */
export function attach(fault: Fault, options: AttachOptions = {}): Turned {
  const { layer = "answering", work = async () => "answer", chances = [0.5] } = options;
  const controller = new AbortController();
  const marked: Call[] = [];
  let drawn = 0;
  const attached: Attached = {
    random: () => chances[drawn++ % chances.length] ?? 0,
    signal: controller.signal,
    mark: (call) => marked.push(call),
  };
  const values = readParameters(fault.parameters, options.given ?? {}, shop);
  // biome-ignore lint/suspicious/noExplicitAny: the parameters of all faults differ.
  const hook: LayerHook<any> | undefined =
    layer === "query" ? fault.onQuery?.layer : fault.onCall?.[layer];
  fault.onService?.(values, attached);
  onTestFinished(() => controller.abort());
  return {
    run: compose([hook?.(values, attached)], work),
    marked,
    turnOff: () => controller.abort(),
  };
}

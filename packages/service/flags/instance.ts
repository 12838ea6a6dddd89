import type { Attached, CallHooks, Fault } from "@faultline/faults/fault";
import type { Values } from "@faultline/faults/parameters";
import type { Call, Middleware } from "@faultline/rpc/call";
import type { Logger } from "@faultline/telemetry";
import { spanOf } from "@faultline/telemetry/context";
import { createRandom } from "./random.ts";

export type LayerKind = keyof CallHooks<never> | "query";

/** A fault with one set of values, from the moment it is turned on in this process until it is turned off. */
export class Instance {
  readonly fault: Fault;
  readonly values: Values;
  readonly #controller = new AbortController();
  readonly #layers = new Map<LayerKind, Middleware | undefined>();
  readonly #attached: Attached;
  #goesOn = false;

  constructor(fault: Fault, values: Values, how: { seed: string; reveal: boolean; log: Logger }) {
    this.fault = fault;
    this.values = values;
    this.#attached = {
      random: createRandom(`${how.seed} ${fault.name}`),
      signal: this.#controller.signal,
      mark: how.reveal ? (call) => reveal(call, fault.name) : () => {},
    };
  }

  /** Aborts when it is turned off. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The layer of that kind; one for all calls, as it may keep something between them. */
  layer(kind: LayerKind): Middleware | undefined {
    if (!this.#layers.has(kind)) {
      const hook = kind === "query" ? this.fault.onQuery?.layer : this.fault.onCall?.[kind];
      this.#layers.set(kind, hook?.(this.values, this.#attached));
    }
    return this.#layers.get(kind);
  }

  /** Begins what goes on beside the calls, once. */
  begin(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    this.fault.onService?.(this.values, this.#attached);
  }

  end(): void {
    this.#controller.abort();
  }
}

/** Only for teaching: everybody who reads the trace or the log sees what was intended. */
function reveal(call: Call, name: string): void {
  spanOf(call.context)?.setAttribute("faultline.fault", name);
  call.log.info("fault acted", { fault: name, call: call.name });
}

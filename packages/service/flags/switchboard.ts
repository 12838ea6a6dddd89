import type { Fault } from "@faultline/faults/fault";
import type { FlagDocument } from "@faultline/faults/flags/document";
import type { Evaluator, FlagContext } from "@faultline/faults/flags/evaluator";
import type { Call, Middleware } from "@faultline/rpc/call";
import type { MaybeLayer } from "@faultline/rpc/compose";
import type { LayerSource, Place, Stack } from "@faultline/rpc/layering";
import type { Logger } from "@faultline/telemetry";
import type { Service } from "../define-app.ts";
import { Instance, type LayerKind } from "./instance.ts";
import { contextOf, judged, type Verdict, verdictAt } from "./judging.ts";
import { type Concerned, readSwitches } from "./switches.ts";
import { type Made, type TwinMakers, twinLayer } from "./twins.ts";

export interface SwitchboardSettings {
  readonly service: Service;
  /** Tells this replica apart from others. */
  readonly instance: string;
  /** Tells it apart on one machine. */
  readonly port: number;
  readonly reveal: boolean;
  readonly log: Logger;
}

/** A flag that may be on for some calls of this service: its variants, each ready to act. */
interface Switch {
  readonly fault: Fault;
  readonly variants: ReadonlyMap<string, Instance>;
}

/**
 * Puts the layers of flags into the stacks of one service, and takes them out again. While no flag concerns the
 * service its stacks have no further layer, and nothing of OpenFeature is loaded.
 */
export class Switchboard {
  readonly #settings: SwitchboardSettings;
  readonly #subscribers = new Map<WeakRef<Stack>, LayerSource>();
  readonly #twins = new Map<Instance, Promise<Made>>();
  #makers: TwinMakers | undefined;
  #switches: readonly Switch[] = [];
  #evaluator: Evaluator | undefined;
  /** What is on for every request alike, while no flag tells them apart. */
  #common: Verdict | undefined;
  #applying = Promise.resolve();

  constructor(settings: SwitchboardSettings) {
    this.#settings = settings;
  }

  /** Says how the service's other handlers are made. Before the first document. */
  provideTwins(makers: TwinMakers): void {
    this.#makers = makers;
  }

  /** Layers that are always there, with those of flags around and inside them. */
  around(layers: readonly MaybeLayer[]): LayerSource {
    const source: LayerSource = {
      layersAt: (place) => this.#layersAt(place, layers),
      subscribe: (stack) => this.#subscribers.set(new WeakRef(stack), source),
    };
    return source;
  }

  /** Acts on a document. Resolves when every later call meets it; one after the other. */
  apply(document: FlagDocument): Promise<void> {
    this.#applying = this.#applying.then(() => this.#apply(document));
    return this.#applying;
  }

  /** The flags that are on for the service as a whole, regardless of any request. */
  async #standing(): Promise<Verdict> {
    return this.#judge({ ...this.#ownContext(), targetingKey: this.#settings.instance });
  }

  /** The handlers that are on for the service as a whole, by the names that they were made under. */
  async standingTwins(): Promise<readonly Promise<Made>[]> {
    const verdict = await this.#standing();
    return [...verdict.values()].flatMap((instance) => this.#twins.get(instance) ?? []);
  }

  async close(): Promise<void> {
    await this.apply({ flags: {} });
  }

  async #apply(document: FlagDocument): Promise<void> {
    const concerned = await this.#concerned(document);
    if (concerned.length > 0) {
      this.#evaluator ??= await loadEvaluator();
      await this.#evaluator.replace(document);
    }
    const before = this.#switches.flatMap(({ variants }) => [...variants.values()]);
    this.#switches = concerned.map((one) => this.#switchOf(one));
    const now = new Set(this.#switches.flatMap(({ variants }) => [...variants.values()]));
    await this.#prepareTwins(now);
    const standing = await this.#standing();
    this.#common = concerned.some(({ targeted }) => targeted) ? undefined : standing;
    this.#recompose();
    for (const instance of before) if (!now.has(instance)) this.#end(instance);
    for (const instance of standing.values()) instance.begin();
  }

  async #concerned(document: FlagDocument): Promise<readonly Concerned[]> {
    if (Object.keys(document.flags).length === 0) return [];
    const { service } = this.#settings;
    return readSwitches(document, service, (name) => this.#makers?.has(name) ?? false);
  }

  /** An instance goes on through a change that does not concern it. */
  #switchOf({ fault, variants }: Concerned): Switch {
    const before = this.#switches.find((known) => known.fault === fault);
    const instances = variants.map(([variant, values]) => {
      const known = before?.variants.get(variant);
      const same = known && JSON.stringify(known.values) === JSON.stringify(values);
      return [variant, same ? known : this.#instanceOf(fault, values)] as const;
    });
    return { fault, variants: new Map(instances) };
  }

  #instanceOf(fault: Fault, values: Concerned["variants"][number][1]): Instance {
    const { service, instance, reveal, log } = this.#settings;
    return new Instance(fault, values, { seed: `${service.host} ${instance}`, reveal, log });
  }

  /** Made before the first call can meet them; one that cannot be made fails those calls. */
  async #prepareTwins(instances: ReadonlySet<Instance>): Promise<void> {
    for (const instance of instances) {
      if (!instance.fault.twin || this.#twins.has(instance)) continue;
      const made = this.#makers?.make(instance.fault.name);
      if (made) this.#twins.set(instance, made);
    }
    await Promise.allSettled(this.#twins.values());
  }

  #end(instance: Instance): void {
    instance.end();
    const made = this.#twins.get(instance);
    this.#twins.delete(instance);
    // What could not be made has nothing to close, and its calls have been told.
    made?.then((twin) => twin.close()).catch(() => {});
  }

  #recompose(): void {
    for (const [reference, source] of this.#subscribers) {
      const stack = reference.deref();
      if (stack) stack.recompose(source);
      else this.#subscribers.delete(reference);
    }
  }

  #layersAt(place: Place, layers: readonly MaybeLayer[]): readonly MaybeLayer[] {
    const at = (kind: LayerKind) => this.#layersOf(kind, place);
    if (place.kind === "client")
      return isRpc(place)
        ? [...at("attempting"), ...layers, ...at("calling")]
        : [...layers, ...at("query")];
    const perCall = this.#switches.some(({ fault }) => !fault.onService);
    if (!perCall) return layers;
    const judging = judged((call) => this.#judgeCall(call));
    return [...layers, judging, ...at("answering"), ...this.#twinLayers(place)];
  }

  #layersOf(kind: LayerKind, place: Place): Middleware[] {
    const fits = (instance: Instance) => concerns(instance, kind, place);
    return this.#switches
      .filter(({ variants }) => [...variants.values()].some(fits))
      .map((one) =>
        this.#layer(one, (instance) => (fits(instance) ? instance.layer(kind) : undefined)),
      );
  }

  #twinLayers(place: Place): Middleware[] {
    const twins = this.#switches.filter(({ fault }) => fault.twin);
    return twins.map((one) =>
      this.#layer(one, (instance) => {
        const made = this.#twins.get(instance);
        return made && twinLayer(made, place);
      }),
    );
  }

  /** A layer that acts on those calls for which the flag is on. */
  #layer({ fault }: Switch, pick: (instance: Instance) => Middleware | undefined): Middleware {
    return async (call, next) => {
      const verdict = await verdictAt(call, (other) => this.#judgeCall(other));
      const instance = verdict.get(fault.name);
      const layer = instance && pick(instance);
      return layer ? layer(call, next) : next(call);
    };
  }

  async #judgeCall(call: Call): Promise<Verdict> {
    return this.#common ?? this.#judge(contextOf(call, this.#ownContext()));
  }

  /** Every flag's variant for one context, all of the same document. */
  async #judge(context: FlagContext): Promise<Verdict> {
    const switches = this.#switches;
    const names = switches.map(({ fault }) => fault.name);
    const variants = (await this.#evaluator?.variantsOf(names, context)) ?? [];
    const on = switches.flatMap(({ fault, variants: instances }, i) => {
      const instance = instances.get(variants[i] ?? "off");
      return instance ? [[fault.name, instance] as const] : [];
    });
    return new Map(on);
  }

  #ownContext(): Omit<FlagContext, "targetingKey"> {
    const { service, instance, port } = this.#settings;
    return { app: service.app, service: service.host, instance, port, method: "", user: "" };
  }
}

async function loadEvaluator(): Promise<Evaluator> {
  const { createEvaluator } = await import("@faultline/faults/flags/evaluator");
  return createEvaluator();
}

function isRpc({ system }: Place): boolean {
  return system === "grpc" || system === "thrift";
}

/** Whether the fault has a layer of that kind, and calls at that place are among those that it is about. */
function concerns({ values, fault }: Instance, kind: LayerKind, place: Place): boolean {
  if (kind === "query")
    return fault.onQuery?.store === place.system && values.service === place.service;
  if (!fault.onCall?.[kind]) return false;
  if (kind === "answering") return values.service === place.service;
  return values.service === place.peer && (values.caller ?? place.service) === place.service;
}

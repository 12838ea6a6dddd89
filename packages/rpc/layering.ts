import type { Call } from "./call.ts";
import { compose, type MaybeLayer } from "./compose.ts";

/** What is the same for every call that passes through a stack of layers. */
export interface Place extends Pick<Call, "kind" | "system" | "service" | "peer"> {
  /** The work's name: `geo.Geo/Nearby`, `find geo`, and of an HTTP route its path. */
  readonly name: string;
  /** Of a method of a contract, its key among the handlers. */
  readonly method?: string;
}

/** Layers that may change while calls pass. Each stack is composed anew then; in between they cost nothing. */
export interface LayerSource {
  layersAt(place: Place): readonly MaybeLayer[];
  /** Remembers a stack, without keeping it alive, and calls `recompose` whenever its layers have changed. */
  subscribe(stack: Stack): void;
}

/** Layers that stay as they are, the first one outermost, or those of a source. */
export type Layering = readonly MaybeLayer[] | LayerSource;

/** The work with the layers that are around it now. Calls under way end in the layers that they began in. */
export class Stack {
  run: (call: Call) => Promise<unknown>;
  readonly #place: Place;
  readonly #work: (call: Call) => Promise<unknown>;

  constructor(layering: Layering, place: Place, work: (call: Call) => Promise<unknown>) {
    this.#place = place;
    this.#work = work;
    if ("layersAt" in layering) {
      this.run = compose(layering.layersAt(place), work);
      layering.subscribe(this);
    } else {
      this.run = compose(layering, work);
    }
  }

  /** Takes the layers that the source has now. */
  recompose(source: LayerSource): void {
    this.run = compose(source.layersAt(this.#place), this.#work);
  }
}

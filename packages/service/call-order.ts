import type { App } from "./define-app.ts";

/**
 * The services of an application, wave after wave: the callees of each are in an earlier one, and so they may be
 * started one wave after the other. Services that call each other in a circle are in the same wave.
 */
export function wavesOf(app: App): readonly (readonly string[])[] {
  const names = Object.keys(app.services);
  const called = new Map(names.map((name) => [name, calledBy(app, name)]));
  const waves = new Map<string, number>();
  const waveOf = (name: string): number => {
    const known = waves.get(name);
    if (known !== undefined) return known;
    const earlier = [...(called.get(name) ?? [])].filter(
      (callee) => !called.get(callee)?.has(name),
    );
    const wave = 1 + Math.max(-1, ...earlier.map(waveOf));
    waves.set(name, wave);
    return wave;
  };
  const grouped = Map.groupBy(names, waveOf);
  return [...grouped].sort(([a], [b]) => a - b).map(([, wave]) => wave);
}

/** Whether that service is needed by the one that its callee needs: neither can wait for the other. */
export function isCircular(app: App, caller: string, callee: string): boolean {
  return calledBy(app, callee).has(caller);
}

/** Everybody whom a service calls, be it through others; itself too, if they call it. */
function calledBy(app: App, caller: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    for (const callee of app.services[name]?.definition.calls ?? []) {
      if (found.has(callee)) continue;
      found.add(callee);
      visit(callee);
    }
  };
  visit(caller);
  return found;
}

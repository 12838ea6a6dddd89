import type { App } from "./define-app.ts";

/**
 * The services of an application, wave after wave: the callees of each are in an earlier one, and so they may be
 * started one wave after the other. Services that call each other in a circle are in the same wave.
 */
export function wavesOf(app: App): readonly (readonly string[])[] {
  const names = Object.keys(app.services);
  const called = new Map(names.map((name) => [name, calledBy(app, name)]));
  const grouped = Map.groupBy(names, heightsOver(called));
  return [...grouped].sort(([a], [b]) => a - b).map(([, wave]) => wave);
}

/**
 * The services of an application, each after those that it calls, unless they call each other in a circle; those
 * at the end of the longest chain of callers come first.
 */
export function inStartOrder(app: App): readonly string[] {
  const names = Object.keys(app.services);
  const called = new Map(names.map((name) => [name, calledBy(app, name)]));
  const callers = new Map(
    names.map((name) => [name, new Set(names.filter((caller) => called.get(caller)?.has(name)))]),
  );
  const heightOf = heightsOver(callers);
  return names.toSorted((a, b) => heightOf(b) - heightOf(a));
}

/** How long the chains are over which a name reaches others that do not reach it; one more than theirs. */
function heightsOver(reached: ReadonlyMap<string, ReadonlySet<string>>): (name: string) => number {
  const heights = new Map<string, number>();
  const heightOf = (name: string): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    const below = [...(reached.get(name) ?? [])].filter((other) => !reached.get(other)?.has(name));
    const height = 1 + Math.max(-1, ...below.map(heightOf));
    heights.set(name, height);
    return height;
  };
  return heightOf;
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

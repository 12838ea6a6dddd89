import type { App } from "./define-app.ts";

/** The names of an application's services so that each comes after those that it calls. Throws on a circle. */
export function inCallOrder(app: App): readonly string[] {
  const ordered = new Set<string>();
  const visit = (name: string, callers: readonly string[]) => {
    if (ordered.has(name)) return;
    if (callers.includes(name)) {
      const circle = [...callers, name].join(" → ");
      throw new Error(`${app.name}: services call each other in a circle: ${circle}`);
    }
    for (const callee of app.services[name]?.definition.calls ?? [])
      visit(callee, [...callers, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(app.services)) visit(name, []);
  return [...ordered];
}

import type { Assembly } from "./assemble.ts";
import type { App } from "./define-app.ts";

const services = new URL("../../services/", import.meta.url);

/** The table of an application, found by its name. Throws if there is none. */
export async function loadApp(name: string): Promise<App> {
  if (!/^[a-z][a-z-]*$/.test(name)) throw new Error(`"${name}" is no name of an application`);
  const table: Record<string, unknown> = await import(
    new URL(`${name}/topology.ts`, services).href
  );
  const app = table[name];
  if (!app) throw new Error(`services/${name}/topology.ts does not export ${name}`);
  return app as App;
}

/** How one of its services is put together, found by its name. */
export async function loadAssembly(app: App, name: string): Promise<Assembly> {
  const main: Record<string, unknown> = await import(
    new URL(`${app.name}/${name}/main.ts`, services).href
  );
  if (!main.service)
    throw new Error(`services/${app.name}/${name}/main.ts does not export service`);
  return main.service as Assembly;
}

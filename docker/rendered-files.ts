import { apps, composeFileOf, flagsFolderOf } from "@faultline/launcher/apps";
import type { App } from "@faultline/service/define-app";
import { composeFile } from "./compose/compose-file.ts";
import { scriptFolder } from "./compose/service-blocks.ts";
import { canSpeakTls, tlsFile } from "./compose/tls-file.ts";
import { mongoScripts } from "./mongo-scripts.ts";

/** A file that stands in the repository because containers are started from there. */
export interface RenderedFile {
  readonly text: string;
  readonly executable: boolean;
}

/** Every rendered file of every application, by its path from the root. */
export function renderedFiles(): ReadonlyMap<string, RenderedFile> {
  return new Map(Object.values(apps).flatMap(({ app }) => [...filesOf(app)]));
}

function filesOf(app: App): ReadonlyMap<string, RenderedFile> {
  const files = new Map<string, RenderedFile>();
  const path = composeFileOf(app.name);
  const command = path === "compose.yaml" ? "docker compose" : `docker compose --file ${path}`;
  files.set(path, { text: composeFile(app, command), executable: false });
  // The engine would make the folder as root, and nobody else could put flags into it.
  files.set(`${flagsFolderOf(app.name)}/.gitkeep`, { text: "", executable: false });
  if (canSpeakTls(app)) {
    const onTop = `compose.${app.name}.tls.yaml`;
    files.set(onTop, { text: tlsFile(app, path, onTop), executable: false });
  }
  for (const { name, definition } of Object.values(app.services)) {
    const { mongo } = definition.stores ?? {};
    if (!mongo?.auth) continue;
    const folder = scriptFolder(app.name, name);
    const { init, scripts } = mongoScripts(name, mongo.database);
    for (const [file, text] of init)
      files.set(`${folder}/init/${file}`, { text, executable: true });
    for (const [file, text] of scripts)
      files.set(`${folder}/scripts/${file}`, { text, executable: true });
  }
  return files;
}

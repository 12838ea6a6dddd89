import { type App, frontDoorOf } from "@faultline/service/define-app";
import { Document, isMap, isScalar, isSeq, type Pair, visit, type YAMLMap } from "yaml";
import { servicesOf, volumesOf } from "./service-blocks.ts";
import { sharedBlocksOf } from "./shared-blocks.ts";

const head = (app: App, command: string) => `\
# Rendered from services/${app.name}/topology.ts: change docker/compose, then npm run render.
#
#   ${command} up                            the application, on http://127.0.0.1:${frontDoorOf(app).definition.port}
#   ${command} --profile observability up    and Jaeger, on http://127.0.0.1:16686
#   ${command} --profile load run --rm k6    a load on it
#
# It names no version and keeps to what docker-compose 1.29 reads too.
`;

const lineWidth = 120;
/** Longer lists, and those of things that a reader looks for, stand one to a line. */
const flowTextMax = 90;
const oneToALine = ["volumes"];

/** The compose file of an application, as text. `command` is how its reader calls Compose. */
export function composeFile(app: App, command = "docker compose"): string {
  const services = servicesOf(app);
  const shared = sharedBlocksOf(app);
  const file = new Document(
    {
      ...Object.fromEntries(shared.map(([name, extended]) => [`x-${name}`, written(extended)])),
      services: Object.fromEntries(
        [...services].map(([name, extended]) => [name, written(extended)]),
      ),
      volumes: Object.fromEntries(volumesOf(app).map((name) => [name, {}])),
    },
    { version: "1.1", aliasDuplicateObjects: false },
  );
  for (const [name] of shared) mapAt(file, [`x-${name}`]).anchor = name;
  visit(file, { Pair: (_, pair) => tidy(file, pair) });
  for (const pair of [...mapAt(file, []).items, ...mapAt(file, ["services"]).items.slice(1)]) {
    if (isScalar(pair.key)) pair.key.spaceBefore = true;
  }
  return head(app, command) + file.toString({ lineWidth });
}

/** What a block builds upon comes first; what it says itself comes after that, and wins. */
function written({ extends: base, block }: { extends?: string; block: object }): object {
  return base ? { "<<": base, ...block } : block;
}

/** `<<: name` refers to the shared block of that name; short lists stand on their key's line. */
function tidy(file: Document, pair: Pair): void {
  const { key, value } = pair;
  if (!isScalar(key)) return;
  if (key.value === "<<" && isScalar(value)) {
    const name = String(value.value);
    pair.value = file.createAlias(mapAt(file, [`x-${name}`]), name);
  }
  const isLong = String(value).length > flowTextMax || oneToALine.includes(String(key.value));
  if (isSeq(value) && !isLong) value.flow = true;
}

function mapAt(file: Document, path: readonly string[]): YAMLMap {
  const node = path.length === 0 ? file.contents : file.getIn(path, true);
  if (!isMap(node)) throw new Error(`${path.join(".")} is no map`);
  return node;
}

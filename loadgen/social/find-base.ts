import { ErrandError, type OtherBase } from "../application.ts";
import type { ClientOptions } from "../runner/client.ts";
import { Api, accountOf } from "./api.ts";
import type { Graph } from "./graph.ts";

const lookedAtMax = 12;

/** Whether some users, taken all over the graph, follow whom they shall. If not, nothing is known of anybody. */
export async function findBase(
  graph: Graph,
  client: ClientOptions,
): Promise<OtherBase | undefined> {
  const stop = new AbortController().signal;
  const api = new Api({ ...client, connections: 1, triesMax: 1, stop });
  const step = Math.max(1, Math.floor(graph.users / lookedAtMax));
  try {
    for (let user = 0; user < graph.users; user += step) {
      const reason = await strangenessOf(user, graph, api);
      if (reason !== undefined) return { base: "unknown", reason };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ErrandError)) throw error;
    return { base: "unknown", reason: `Nobody can be asked whom he follows: ${error.message}.` };
  } finally {
    await api.close();
  }
}

async function strangenessOf(user: number, graph: Graph, api: Api): Promise<string | undefined> {
  const { name } = accountOf(user);
  const found = await api.followees(accountOf(user));
  if (!found) return `${name} cannot log in: --init has not been here.`;
  const wanted = graph.followees(user);
  const isSame = found.size === wanted.length && wanted.every((each) => found.has(`${each}`));
  return isSame ? undefined : `${name} does not follow whom --init has him follow.`;
}

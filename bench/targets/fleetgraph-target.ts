import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { createHttpClient } from "../clients/http-client.ts";
import type { HttpAnswer, HttpClient } from "../clients/http-client.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";
import { until } from "../measure/until.ts";
import { homePrefix } from "../world/reader.ts";
import { openInspector } from "./inspector.ts";
import type { Inspector } from "./inspector.ts";
import { startProcess } from "./node-process.ts";
import type { BenchProcess } from "./node-process.ts";

export interface FleetgraphOptions {
  readonly clusters: readonly KubeAccess[];
  /** What clients show; unset: `auth.mode: none`. */
  readonly token?: string;
  /** Working directory; its `cache` folder is the disk cache. */
  readonly dir: string;
  /** Set: with an inspector on loopback, and a probe of the event loop. */
  readonly inspected?: boolean;
}

/** fleetgraph as a user starts it: the built executable, a clusters.yaml, and nothing turned off. */
export interface FleetgraphTarget {
  readonly process: BenchProcess;
  readonly url: string;
  /** What a client must send along. */
  readonly headers: Readonly<Record<string, string>>;
  /** One connection, for measuring. */
  readonly http: HttpClient;
  /** Throws unless it was started inspected. */
  readonly inspector: Inspector;
  /** One measured request; `body` of the answer is the GraphQL answer's JSON. */
  send(query: string, variables?: object, http?: HttpClient): Promise<HttpAnswer>;
  /** `data`; rejects where there are errors. */
  query(query: string, variables?: object): Promise<Data>;
  /** Resolves once pods and nodes of all clusters are held, and how many pods there are. */
  whenComplete(): Promise<number>;
  close(): Promise<void>;
}

// Cases read what they asked for: its shape is in the query beside.
// oxlint-disable-next-line typescript/no-explicit-any
export type Data = any;

const main = new URL("../main.js", import.meta.url).pathname;

export async function startFleetgraph({
  clusters,
  dir,
  token,
  inspected = false,
}: FleetgraphOptions): Promise<FleetgraphTarget> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, "clusters.yaml");
  await writeFile(file, stringify(toConfig(clusters, token !== undefined)));
  const flags = inspected ? ["--inspect=127.0.0.1:0", "--import", loopProbe] : [];
  const process_ = startProcess({
    command: [process.execPath, ...flags, main, "serve", "--config", file, "--port", "0"],
    cwd: dir,
    env: { XDG_CACHE_HOME: join(dir, "cache"), FLEETGRAPH_CONFIG: undefined },
  });
  const url = (await process_.saw(/open (http:\S+)\/graphql/u))[1] ?? "";
  const inspector = inspected
    ? await openInspector((await process_.saw(/listening on (ws:\S+)/u))[1] ?? "")
    : undefined;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const http = createHttpClient({ url, headers });
  const send: FleetgraphTarget["send"] = (query, variables, through = http) =>
    through.send({
      method: "POST",
      path: "/graphql",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query, variables }),
    });
  const query: FleetgraphTarget["query"] = async (text, variables) => {
    const { body } = await send(text, variables);
    const answer = JSON.parse(body.toString()) as { readonly data?: Data; readonly errors?: readonly unknown[] };
    if (answer.errors !== undefined) throw new Error(`${text}: ${JSON.stringify(answer.errors).slice(0, 1_000)}`);
    return answer.data;
  };
  return {
    process: process_,
    url,
    headers,
    http,
    get inspector() {
      if (inspector === undefined) throw new Error("this fleetgraph was started without an inspector");
      return inspector;
    },
    send,
    query,
    async whenComplete() {
      const question = "{ pods(first: 1) { totalCount complete } nodes(first: 1) { complete } }";
      await until(async () => {
        const { pods, nodes } = await query(question);
        return pods.complete === true && nodes.complete === true;
      });
      return (await query(question)).pods.totalCount as number;
    },
    async close() {
      http.close();
      inspector?.close();
      await process_.stop();
    },
  };
}

/** As a user writes it: which clusters there are, and that callers have names. */
function toConfig(clusters: readonly KubeAccess[], hasCallers: boolean): object {
  return {
    ...(hasCallers ? { auth: { mode: "token", realms: [clusters[0]?.name] } } : {}),
    clusters: clusters.map(({ name, fleetgraphKubeconfig, context }, index) => ({
      name,
      role: index === 0 ? "home" : "abroad",
      write: true,
      kubeconfig: { path: fleetgraphKubeconfig, context },
      ...(hasCallers && index > 0 ? { identities: [{ realm: clusters[0]?.name, usernamePrefix: homePrefix }] } : {}),
    })),
  };
}

/**
 * Keeps a histogram of the loop's delay where the inspector finds it, from the first connection to a cluster on: what is read before is no sync. 10 ms is
 * the resolution Node and prom-client begin with.
 */
export const loopProbe = `data:text/javascript,${encodeURIComponent(
  `import { monitorEventLoopDelay } from "node:perf_hooks";
  import { subscribe, unsubscribe } from "node:diagnostics_channel";
  globalThis.benchLoop = monitorEventLoopDelay({ resolution: 10 });
  subscribe("undici:client:beforeConnect", function begin() { unsubscribe("undici:client:beforeConnect", begin); globalThis.benchLoop.enable(); });`,
)}`;

import { createHttpClient } from "../clients/http-client.ts";
import type { HttpAnswer, HttpClient } from "../clients/http-client.ts";
import type { KubeAccess } from "../clusters/kube-access.ts";
import { openInspector } from "./inspector.ts";
import type { Inspector } from "./inspector.ts";
import { startProcess } from "./node-process.ts";
import type { BenchProcess } from "./node-process.ts";

/** Plain Node (plain-node.ts): resolves once it holds everything and listens. */
export interface PlainTarget {
  readonly process: BenchProcess;
  readonly url: string;
  readonly http: HttpClient;
  readonly inspector: Inspector;
  /** Paths: /list, /list-with-node, /app?app=, /groups, /pod?cluster=&namespace=&name=. */
  send(path: string, http?: HttpClient): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export async function startPlain(clusters: readonly KubeAccess[]): Promise<PlainTarget> {
  const file = new URL("plain-node.js", import.meta.url).pathname;
  const kubeconfigs = clusters.map(({ kubeconfig }) => kubeconfig);
  const process_ = startProcess({ command: [process.execPath, "--inspect=127.0.0.1:0", file, ...kubeconfigs] });
  const url = (await process_.saw(/open (http:\S+)\//u))[1] ?? "";
  const inspector = await openInspector((await process_.saw(/listening on (ws:\S+)/u))[1] ?? "");
  const http = createHttpClient({ url });
  return {
    process: process_,
    url,
    http,
    inspector,
    send: (path, through = http) => through.send({ path }),
    async close() {
      http.close();
      inspector.close();
      await process_.stop();
    },
  };
}

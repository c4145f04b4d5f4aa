import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startProcess } from "../targets/node-process.ts";
import type { ClusterPair } from "./cluster-pair.ts";
import { readKubeAccess } from "./kube-access.ts";

/** Two embedded clusters in a process of their own, empty at first. `dir` gets their kubeconfigs. */
export async function startEmbeddedPair(dir: string): Promise<ClusterPair> {
  const host = startProcess({
    command: [process.execPath, new URL("embedded-host.js", import.meta.url).pathname, "home", "abroad"],
  });
  const [, line = "[]"] = await host.saw(/^embedded: (.*)$/mu);
  const [home, abroad] = await Promise.all(
    (JSON.parse(line) as readonly string[]).map(async (kubeconfig, index) => {
      const name = ["home", "abroad"][index] ?? "";
      const file = join(dir, `${name}-${host.pid}.kubeconfig`);
      await writeFile(file, kubeconfig, { mode: 0o600 });
      return readKubeAccess(name, file, file);
    }),
  );
  if (home === undefined || abroad === undefined)
    throw new Error(`the embedded clusters did not start: ${host.output()}`);
  return {
    kind: "embedded",
    clusters: [home, abroad],
    countFleetgraphRequests: () => Promise.reject(new Error("embedded clusters keep no account of requests")),
    forceRelist: () => Promise.reject(new Error("embedded clusters cannot be made to forget")),
    close: () => host.stop(),
  };
}

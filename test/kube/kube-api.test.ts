import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { kubeApiSuite } from "../contract/kube-api-suite.ts";
import type { KubeApiUnderTest } from "../contract/kube-api-suite.ts";

const assets = process.env["KUBEBUILDER_ASSETS"];
const shared = process.env["FLEETGRAPH_SHARED"] ?? join(import.meta.dirname, "../../../shared");
const port = process.env["FLEETGRAPH_KUBE_PORT"] ?? "21040";

/** A real control plane of its own, with controllers: taken down again with its data. */
async function startRealCluster(): Promise<KubeApiUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), "e1-kube-api-"));
  const cluster = join(shared, "kube/cluster");
  const kubeconfig = execFileSync(cluster, ["up", directory, port, "--workloads"], { encoding: "utf8" })
    .trim()
    .split("\n")
    .at(-1)!;
  const config = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
  const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");
  const dispatcher = new Agent({ connect: { ca: decode(ca), cert: decode(cert), key: decode(key) } });
  const anonymous = new Agent({ connect: { ca: decode(ca) } });
  return {
    fetch: (path, init) =>
      fetch(`${server}${path}`, { ...(init as object), dispatcher }) as unknown as Promise<Response>,
    fetchAsNobody: (path, init) =>
      fetch(`${server}${path}`, { ...(init as object), dispatcher: anonymous }) as unknown as Promise<Response>,
    async dispose() {
      await Promise.all([dispatcher.destroy(), anonymous.destroy()]);
      execFileSync(cluster, ["down", directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

if (assets === undefined) {
  it.skip("kubeApiSuite over a real kube-apiserver: KUBEBUILDER_ASSETS is not set (export it from ../shared/kube/build)", () => {});
} else {
  describe("a real kube-apiserver", () => kubeApiSuite(startRealCluster, { expireVersions: false, controllers: true }));
}

import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { Agent, fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { call, createTestApi } from "../embedded/support/create-test-api.ts";
import { eventually } from "../support/eventually.ts";
import { apart, createCase, evaluate, rbacCase, review } from "../support/rbac-cases.ts";
import type { Post, RbacCase } from "../support/rbac-cases.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";

const states = 200;
/** Of them at work at once. */
const width = 10;

if (kubeAssets === undefined) it.skip(`RBAC as a kube-apiserver decides: ${needsKube}`, () => {});
else describe("RBAC as a kube-apiserver decides", () => comparisons());

function comparisons(): void {
  let cluster: RealCluster;
  let agent: Agent;
  let post: Post;
  beforeAll(async () => {
    const port = Number(process.env["FLEETGRAPH_KUBE_PORT"] ?? "21040") + 6;
    cluster = await startRealCluster({ name: "rbac", port });
    const config = parse(await readFile(cluster.kubeconfig, "utf8"));
    const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
    const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
    const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");
    agent = new Agent({ connect: { ca: decode(ca), cert: decode(cert), key: decode(key) } });
    post = async (path, body) => {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body), dispatcher: agent };
      const response = await fetch(`${server}${path}`, init);
      return { status: response.status, body: await response.json() };
    };
  });
  afterAll(async () => {
    await agent.close();
    await cluster.down();
  });

  it(`should be what our own evaluation and the embedded cluster say of ${states} generated states`, async () => {
    const api = createTestApi();
    const embedded: Post = (path, body) => call(api, "POST", path, body);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const cases = fc.sample(rbacCase, { numRuns: states, seed }).map((one, at) => apart(one, `case-${at}`));
    await eachOf(cases, async (one, at) => {
      await createCase(one, `case-${at}`, post);
      await createCase(one, `case-${at}`, embedded);
    });
    let allowed = 0;
    await eachOf(cases, async (one, at) => {
      const expected = evaluate(one);
      allowed += expected.filter(Boolean).length;
      const shown = `seed ${seed}, case ${at}: ${JSON.stringify(one)}`;
      expect(await review(one, embedded), shown).toEqual(expected);
      // A real server hears of bindings a moment after they were made.
      await eventually(async () => expect(await review(one, post), shown).toEqual(expected));
    });
    // Of some 2,000 questions: neither answer is rare, or nothing would have been compared.
    expect(allowed).toBeGreaterThan(40);
  }, 120_000);
}

async function eachOf(cases: readonly RbacCase[], work: (one: RbacCase, at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) {
      const at = next++;
      await work(cases[at]!, at);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

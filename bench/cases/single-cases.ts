import { createKubeHttp } from "../clusters/kube-access.ts";
import { compareInRounds } from "../measure/rounds.ts";
import { badDocuments } from "../../test/support/bad-documents.ts";
import { groupQuery, timed, toRow } from "./list-cases.ts";
import { allPods, eightFields, podQuery } from "./questions.ts";
import type { BenchCase } from "./bench-case.ts";

/** One object through GraphQL, parse and validation included, and by a GET of kube-apiserver. */
export const oneObject: BenchCase = {
  name: "get",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const clients = new Map(bench.pair.clusters.map((access) => [access.name, createKubeHttp(access)]));
    try {
      let key = bench.changer.pick();
      const result = await compareInRounds({
        rounds: bench.options.rounds,
        samples: bench.options.smoke ? 2 : 200,
        before: async () => void (key = bench.changer.pick()),
        ours: () => timed(() => fleetgraph.send(podQuery, key)),
        theirs: () =>
          timed(async () => {
            const http = clients.get(key.cluster);
            if (http === undefined) throw new Error(`no client of ${key.cluster}`);
            return http.send({ path: `/api/v1/namespaces/${key.namespace}/pods/${key.name}` });
          }),
      });
      return [toRow("one object", result, { must: 0.3, aim: 0.15, unit: "x" }, "kube-apiserver")];
    } finally {
      for (const http of clients.values()) http.close();
    }
  },
};

/** What reads cost the clusters, once it is known who asks and what they may. */
export const upstreamCalls: BenchCase = {
  name: "calls",
  needsReal: "embedded clusters keep no account of requests",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const total = bench.changer.keys.length;
    const reads = [
      () => fleetgraph.query(allPods(total, "node { name }")),
      () => fleetgraph.query(groupQuery),
      () => fleetgraph.query(`{ pods(first: 1000, labelSelector: "tier=web") { nodes { ${eightFields} } } }`),
      () => fleetgraph.query("{ clusters { nodes { name pods { totalCount } nodes { totalCount } } } }"),
      () => fleetgraph.query(podQuery, bench.changer.pick()),
    ];
    for (const read of reads) await read();
    const before = await bench.pair.countFleetgraphRequests();
    const rounds = bench.options.rounds * 10;
    for (let round = 0; round < rounds; round += 1) for (const read of reads) await read();
    const made = (await bench.pair.countFleetgraphRequests()).slice(before.length);
    // Reviews of tokens and rights, and the look whether it is still the same cluster, come by the clock, every few seconds, however many reads
    // there are; watches end by themselves.
    const isClock = (call: string): boolean => /reviews(\?|$)|watch=(true|1)|\/namespaces\/kube-system$/u.test(call);
    const calls = made.filter((call) => !isClock(call));
    for (const call of calls.slice(0, 5)) bench.say(`  upstream: ${call}`);
    const measured = `${rounds * reads.length} reads; besides ${made.length - calls.length} calls by the clock`;
    return [{ what: "upstream calls made by reads", values: [calls.length], bound: { must: 0, unit: "" }, measured }];
  },
};

/** Documents that cost the most to refuse. */
export const badInput: BenchCase = {
  name: "bad",
  async run(bench) {
    const fleetgraph = await bench.fleetgraph();
    const worst: { ms: number; name: string }[] = [];
    for (let round = 0; round <= bench.options.rounds; round += 1) {
      let slowest = { ms: 0, name: "" };
      for (const [name, { query, variables }] of Object.entries(badDocuments)) {
        const { ms, body } = await fleetgraph.send(query, variables as object | undefined);
        if (!body.subarray(0, 200).toString().includes('"errors"')) throw new Error(`${name} was not refused`);
        if (ms > slowest.ms) slowest = { ms, name };
      }
      if (round > 0) worst.push(slowest);
    }
    const measured = `of ${Object.keys(badDocuments).length}; mostly ${worst.at(-1)?.name}`;
    const bound = { must: 50, unit: "ms" };
    return [{ what: "the slowest of bad documents refused", values: worst.map(({ ms }) => ms), bound, measured }];
  },
};

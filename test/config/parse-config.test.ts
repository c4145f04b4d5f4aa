import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { clustersSchema } from "../../src/config/clusters-schema.ts";
import { formatProblem } from "../../src/config/config-error.ts";
import { createDefaultConfig, parseConfig } from "../../src/config/parse-config.ts";
import { createFakeEnvironment } from "./config-environment-fake.ts";

const root = join(import.meta.dirname, "../..");
const environment = createFakeEnvironment();

function problemsOf(text: string): string[] {
  return parseConfig(text, "/work/clusters.yaml", environment).problems.map((problem) =>
    formatProblem(problem).replace("/work/clusters.yaml:", ""),
  );
}

function configOf(text: string) {
  const { config, problems } = parseConfig(text, "/work/clusters.yaml", environment);
  expect(problems).toEqual([]);
  return config!;
}

describe("parseConfig", () => {
  it("should read the repository's clusters.yaml as exactly the defaults, with the demo's geo database besides", async () => {
    const text = await readFile(join(root, "clusters.yaml"), "utf8");
    const geo = { database: "/work/data/fleetgraph-demo.mmdb" };
    expect(configOf(text)).toEqual({ ...createDefaultConfig(environment), geo });
  });

  it("should have its schema written out for editors", async () => {
    const text = await format(JSON.stringify(clustersSchema), { parser: "json", printWidth: 120 });
    await expect(text).toMatchFileSnapshot("../../schema/clusters.schema.json");
  });

  it("should describe every key in the schema", () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      for (const [key, property] of Object.entries((schema as { properties?: object }).properties ?? {})) {
        if (!("description" in (property as object))) undescribed.push(`${path}.${key}`);
        visit(property, `${path}.${key}`);
        visit((property as { items?: unknown }).items, `${path}.${key}[]`);
      }
    };
    visit(clustersSchema, "");
    expect(undescribed).toEqual([]);
  });

  it("should tell the reference's readers every default that holds", async () => {
    const text = await readFile(join(root, "docs/configuration.md"), "utf8");
    const stated = [...text.matchAll(/^\| `(\w+\.\w+)` +\| `([^`]*)` +\|/gmu)].map(([, key, value]) => [key, value]);
    const { clusters: _, cache: __, geo: ___, ...groups } = createDefaultConfig(environment);
    const held = Object.entries(groups).flatMap(([group, fields]) =>
      Object.entries(fields).map(([key, value]) => [
        `${group}.${key}`,
        typeof value === "object" ? JSON.stringify(value) : String(value),
      ]),
    );
    expect(new Set(stated.map(String))).toEqual(new Set(held.map(String)));
  });

  it("should show editors the defaults that hold", () => {
    const { properties } = clustersSchema as unknown as {
      properties: Record<string, { properties: Record<string, { default?: unknown }> }>;
    };
    const { server, auth, limits, probe, log } = createDefaultConfig(environment);
    for (const [group, fields] of Object.entries({ server, auth, limits, probe, log })) {
      const shown = Object.entries(properties[group]!.properties).map(([key, property]) => [key, property.default]);
      expect(Object.fromEntries(shown)).toEqual(fields);
    }
  });

  it("should be frozen all the way down", () => {
    const config = createDefaultConfig(environment);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.clusters[0]!.labels, { a: "b" })).toThrow(TypeError);
  });

  it("should read every kind of source", () => {
    const config = configOf(`
clusters:
  - {name: a, role: home, embedded: {}}
  - {name: b, embedded: , write: false}
  - {name: c, kubeconfig: {context: x, path: ~/k}, write: true}
  - {name: d, inCluster: {}}
  - name: e
    endpoints: [{url: "https://one:6443/"}, {url: "https://two:6443", serverName: two.example}]
    balance: priority
    credentials: {caFile: pki/ca.crt, clientPemFile: /pki/kubelet.pem, tokenFile: ../token, serverName: api}
`);
    expect(config.clusters).toEqual([
      {
        name: "a",
        role: "home",
        labels: {},
        write: true,
        identities: [],
        authorization: "local",
        source: { type: "embedded", seed: "a" },
      },
      {
        name: "b",
        role: "abroad",
        labels: {},
        write: false,
        identities: [],
        authorization: "local",
        source: { type: "embedded", seed: "b" },
      },
      {
        name: "c",
        role: "abroad",
        labels: {},
        write: true,
        identities: [],
        authorization: "asked",
        source: { type: "kubeconfig", context: "x", path: "/home/ada/k" },
      },
      {
        name: "d",
        role: "abroad",
        labels: {},
        write: false,
        identities: [],
        authorization: "asked",
        source: { type: "inCluster" },
      },
      {
        name: "e",
        role: "abroad",
        labels: {},
        write: false,
        identities: [],
        authorization: "asked",
        source: {
          type: "endpoints",
          endpoints: [{ url: "https://one:6443" }, { url: "https://two:6443", serverName: "two.example" }],
          balance: "priority",
          credentials: {
            ca: { file: "/work/pki/ca.crt" },
            serverName: "api",
            tokenFile: "/token",
            clientCertificate: { file: "/pki/kubelet.pem" },
            clientKey: { file: "/pki/kubelet.pem" },
          },
        },
      },
    ]);
  });

  const believing = (...identities: string[]): string =>
    `clusters: [{name: a, role: home, embedded: {}}, {name: bb, embedded: {}},
 {name: cc, inCluster: {}, authorization: local, identities: [${identities.join(", ")}]}]`;

  it("should put the users of another realm under its name unless told otherwise", () => {
    const { identities, authorization } = configOf(believing("{realm: a}", '{realm: bb, usernamePrefix: "B/"}'))
      .clusters[2]!;
    expect(authorization).toBe("local");
    expect(identities).toEqual([
      { realm: "a", usernamePrefix: "a:", groupsPrefix: "a:" },
      { realm: "bb", usernamePrefix: "B/", groupsPrefix: "bb:" },
    ]);
    expect(configOf(believing('{realm: a, usernamePrefix: "", groupsPrefix: ""}')).clusters[2]?.identities).toEqual([
      { realm: "a", usernamePrefix: "", groupsPrefix: "" },
    ]);
  });

  it.each([
    [["{realm: bbb}"], 'realm: must be the name of a cluster but got: "bbb"; did you mean "bb"?'],
    [["{realm: cc}"], "realm: must be another cluster: its own users it believes anyway"],
    [["{realm: a}", "{realm: a}"], 'realm: must stand once but got: "a", as 0'],
    [
      ["{realm: a, groupsPrefix: x}", "{realm: bb, groupsPrefix: x}"],
      'groupsPrefix: "x" lets a user of bb take a name of a, whose groupsPrefix is "x": make them differ',
    ],
    [
      ['{realm: a, usernamePrefix: ""}', "{realm: bb, usernamePrefix: x}"],
      'usernamePrefix: "x" lets a user of bb take a name of a, whose usernamePrefix is "": make them differ',
    ],
    [
      ["{realm: a, usernamePrefix: 'bb:x'}", "{realm: bb}"],
      'realm: "bb:" lets a user of bb take a name of a, whose usernamePrefix is "bb:x": make them differ',
    ],
    [
      ["{realm: a, usernamePrefix: 'system:a'}"],
      'usernamePrefix: must not begin with "system:": names of Kubernetes itself never cross',
    ],
    [["{realm: a, usernamePrefix: 'a b'}"], 'usernamePrefix: must be printable ASCII without blanks but got: "a b"'],
    [["{usernamePrefix: x}"], '[0]: must have the key "realm"'],
  ])("should refuse to believe %j", (identities, problem) => {
    const problems = problemsOf(believing(...identities));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^2:\d+: clusters\[2\]\.identities\[/);
    expect(problems[0]!.endsWith(problem)).toBe(true);
  });

  it("should listen anywhere once callers show who they are", () => {
    const config = configOf("server: {host: 0.0.0.0}\nauth: {mode: token, audiences: [fleetgraph], realms: [home]}");
    expect(config.server.host).toBe("0.0.0.0");
    expect(config.auth).toEqual({
      mode: "token",
      audiences: ["fleetgraph"],
      realms: ["home"],
      cacheMs: 5_000,
      refusedMs: 2_000,
      recheckMs: 10_000,
    });
  });

  it("should take a single cluster for home", () => {
    expect(configOf("clusters: [{name: a, inCluster: {}}]").clusters[0]?.role).toBe("home");
  });

  it("should keep the default clusters where the file names none", () => {
    const config = configOf("server: {port: 0}\nlimits: {maxDepth: 5}");
    expect(config.clusters.map(({ name }) => name)).toEqual(["home", "paris", "tokyo"]);
    expect(config.server).toEqual({
      host: "127.0.0.1",
      port: 0,
      allowedHosts: [],
      allowedOrigins: [],
      openMetrics: false,
    });
    expect(config.limits).toMatchObject({ maxDepth: 5, maxObjects: 50_000 });
  });

  it("should accept anchors, merge keys and JSON", () => {
    const config = configOf("clusters:\n- &a {name: a, role: home, embedded: {}}\n- {<<: *a, name: b, role: abroad}");
    expect(config.clusters.map(({ name, role }) => `${name} ${role}`)).toEqual(["a home", "b abroad"]);
    expect(configOf('{"clusters":[{"name":"a","embedded":{}}]}').clusters).toHaveLength(1);
  });

  it("should put caches under XDG_CACHE_HOME where it is absolute", () => {
    const dirWith = (XDG_CACHE_HOME: string): string =>
      createDefaultConfig({ ...environment, env: { XDG_CACHE_HOME } }).cache.dir;
    expect(dirWith("/var/cache/ada")).toBe("/var/cache/ada/fleetgraph");
    expect(dirWith("relative")).toBe("/home/ada/.cache/fleetgraph");
  });

  it("should report every mistake at once, where it stands", () => {
    expect(
      problemsOf(`clusters:
  - name: Home
    rol: home
    embedded: {}
  - name: paris
    role: hme
    embedded: {}
    inCluster: {}
  - name: paris
    write: no
    labels: {tier: 1}
server:
  port: "4000"
  host: 0.0.0.0
probe: {timeoutMs: 9000}
`).toSorted(),
    ).toEqual(
      [
        '2:11: clusters[0].name: must be a DNS label (lower-case letters, digits and -, at most 63, not - at the ends) but got: "Home"',
        '3:5: clusters[0].rol: is no key here; known are: name, role, labels, write, identities, authorization, embedded, kubeconfig, inCluster, endpoints, balance, credentials; did you mean "role"?',
        '6:11: clusters[1].role: must be home or abroad but got: "hme"; did you mean "home"?',
        "8:5: clusters[1].inCluster: must have exactly one of embedded, kubeconfig, inCluster, endpoints but got: embedded and inCluster",
        "9:5: clusters[2]: must have exactly one of embedded, kubeconfig, inCluster, endpoints but got: none of them",
        '9:11: clusters[2].name: must be unique but got: "paris", which clusters[1] has',
        '10:12: clusters[2].write: must be true or false but got: "no" (YAML 1.2 has only true and false)',
        "11:20: clusters[2].labels.tier: must be a string but got: 1 (put it into quotes)",
        '13:9: server.port: must be a whole number but got: "4000"',
        '14:9: server.host: must be a loopback address while auth.mode is none but got: "0.0.0.0"',
        "15:20: probe.timeoutMs: timeoutMs must be at most intervalMs but got: 9000 over 3000",
      ].toSorted(),
    );
  });

  it.each([
    ["", "1:1: must be a mapping but got: nothing (an empty file)"],
    ["# only words\n", "1:1: must be a mapping but got: nothing (an empty file)"],
    ["[]", "1:1: must be a mapping but got: a list"],
    ["clusters:\n\t- name: a", "2:1: tabs cannot indent YAML: use spaces"],
    ["server: {port: 1}\nserver: {port: 2}", "2:1: the key stands twice in one mapping"],
    ["log: {}\n---\nlog: {}", "2:1: must be one document but got: several, separated by ---"],
    ["clusters: []", "1:11: clusters: must have at least one entry but got: none"],
    ["clusters:", "1:10: clusters: must be a list but got: nothing"],
    [
      "clusters: [{name: a, fleetgraph: {url: x}}]",
      '1:22: clusters[0].fleetgraph: is refused: another head node as a cluster (a "fleetgraph" source) comes in a later version',
    ],
    [
      "clusters: [{name: a, role: abroad, embedded: {}}]",
      "1:28: clusters[0].role: must be home: a single cluster is the home of its fleet",
    ],
    [
      "clusters: [{name: a, embedded: {}}, {name: b, embedded: {}}]",
      '1:1: clusters: must have exactly one cluster with "role: home" but got: none',
    ],
    [
      "clusters: [{name: a, role: home, embedded: {}}, {name: b, role: home, embedded: {}}]",
      "1:65: clusters[1].role: must be abroad: exactly one cluster is home, and clusters[0] is",
    ],
    ["clusters: [{name: a, kubeconfig: {}}]", '1:34: clusters[0].kubeconfig: must have the key "context"'],
    ["clusters: [{name: a, embedded: {}, balance: priority}]", "1:36: clusters[0].balance: goes with endpoints only"],
    [
      'clusters: [{name: a, endpoints: [{url: "https://x"}], credentials: {clientKeyFile: k}}]',
      "1:69: clusters[0].credentials.clientKeyFile: must stand beside clientCertificateFile",
    ],
    [
      "clusters: [{name: a, endpoints: [{url: tcp://x}]}]",
      "1:40: clusters[0].endpoints[0].url: must be an http or https URL but got: a string (not shown)",
    ],
    [
      "clusters: [{name: a, embedded: {}, labels: {a/b: 1}}]",
      '1:50: clusters[0].labels["a/b"]: must be a string but got: 1 (put it into quotes)',
    ],
    [
      'clusters: [{name: a, endpoints: [{url: "http://x"}], credentials: {tokenFile: t}}]',
      "1:40: clusters[0].endpoints[0].url: must be https: credentials never go over plain HTTP",
    ],
    ["auth: {mode: oidc}", '1:14: auth.mode: must be none or token but got: "oidc"'],
    ["auth: {mode: tokn}", '1:14: auth.mode: must be none or token but got: "tokn"; did you mean "token"?'],
    ["auth: {cacheMs: 60000}", "1:17: auth.cacheMs: must be at most 10000 but got: 60000"],
    [
      "auth: {realms: [home, pari]}",
      '1:23: auth.realms[1]: must be the name of a cluster but got: "pari"; did you mean "paris"?',
    ],
  ])("should explain %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("should never show a token", () => {
    const text = "clusters: [{name: a, endpoints: [{url: 'https://x'}], credentials: {token: [s3cret], ca: 12345678}}]";
    expect(problemsOf(text).join("\n")).not.toMatch(/s3cret|12345678/u);
  });

  it("should refuse aliases that explode", () => {
    const lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (const [name, before] of ["ba", "cb", "dc", "ed", "fe"].map((pair) => pair.split(""))) {
      lines.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(", ")}]`);
    }
    const startMs = performance.now();
    expect(problemsOf(lines.join("\n")).join()).toMatch(/alias/iu);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  it("should never throw, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[\s\S:{}[\]\-&*!|>%@`#,'"a-c]{0,60}$/u)),
        (text) => {
          const { config, problems } = parseConfig(text, "/work/clusters.yaml", environment);
          expect(config === undefined).toBe(problems.length > 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

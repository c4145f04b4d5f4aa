import { describe, expect, it } from "vitest";
import { createConfigSource, findOrigin } from "../../src/config/config-source.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { createFakeEnvironment } from "./config-environment-fake.ts";

const kubeconfig = `current-context: b@y
contexts:
- {name: a@x, context: {cluster: c, user: ""}}
- {name: b@y, context: {cluster: c, user: ""}}
clusters: [{name: c, cluster: {server: "https://c"}}]
`;

describe("loadConfig", () => {
  it("should check what the file refers to beside everything else", async () => {
    const environment = createFakeEnvironment({
      "/k": kubeconfig,
      "/work/clusters.yaml": `clusters:
  - {name: a, role: home, kubeconfig: {path: /k, context: a@xx}}
  - {name: b, role: abroad, kubeconfig: {path: /missing, context: x}}
  - name: c
    endpoints: [{url: "https://c"}]
    credentials: {caFile: ca.crt, clientPemFile: both.pem}
  - {name: d, embeded: {}}
geo: {database: geo.mmdb}
`,
    });
    const error: unknown = await loadConfig("/work/clusters.yaml", environment).catch((thrown: unknown) => thrown);
    expect(String(error).split("\n")).toEqual([
      'ConfigError: /work/clusters.yaml:2:59: clusters[0].kubeconfig.context: /k: must have the context asked for but got: "a@xx"; there are: a@x, b@y; did you mean "a@x"?',
      "/work/clusters.yaml:3:67: clusters[1].kubeconfig.context: /missing: must be a readable kubeconfig but got: no such file",
      "/work/clusters.yaml:6:27: clusters[2].credentials.caFile: must be a readable file but got: /work/ca.crt (no such file)",
      "/work/clusters.yaml:6:50: clusters[2].credentials.clientPemFile: must be a readable file but got: /work/both.pem (no such file)",
      "/work/clusters.yaml:7:5: clusters[3]: must have exactly one of embedded, kubeconfig, inCluster, endpoints but got: none of them",
      '/work/clusters.yaml:7:15: clusters[3].embeded: is no key here; known are: name, role, labels, write, identities, authorization, embedded, kubeconfig, inCluster, endpoints, balance, credentials; did you mean "embedded"?',
      "/work/clusters.yaml:8:17: geo.database: must be a readable file but got: /work/geo.mmdb (no such file)",
    ]);
  });

  it("should say so where the file is missing", async () => {
    await expect(loadConfig("/x", createFakeEnvironment())).rejects.toThrow(
      "/x: must be a readable file but got: no such file",
    );
  });
});

describe("createConfigSource", () => {
  it("should make a cluster of each context, the first one home", async () => {
    const source = createConfigSource(
      { type: "kubeconfig", path: "/k", contexts: ["b@y", "a@x", "b@y"], write: true },
      {},
      createFakeEnvironment({ "/k": kubeconfig }),
    );
    const config = await source.load();
    expect(config.clusters).toEqual([
      {
        name: "b-y",
        role: "home",
        labels: {},
        write: true,
        identities: [],
        authorization: "asked",
        source: { type: "kubeconfig", path: "/k", context: "b@y" },
      },
      {
        name: "a-x",
        role: "abroad",
        labels: {},
        write: true,
        identities: [],
        authorization: "asked",
        source: { type: "kubeconfig", path: "/k", context: "a@x" },
      },
    ]);
    expect(source.files(config)).toEqual(["/k"]);
  });

  it("should take the current context where none is named", async () => {
    const environment = createFakeEnvironment({ "/home/ada/.kube/config": kubeconfig });
    const source = createConfigSource({ type: "kubeconfig", contexts: [], write: false }, {}, environment);
    expect((await source.load()).clusters.map(({ name, write }) => ({ name, write }))).toEqual([
      { name: "b-y", write: false },
    ]);
  });

  it("should report every context that is not there", async () => {
    const source = createConfigSource(
      { type: "kubeconfig", path: "/k", contexts: ["nope", "a@z"], write: false },
      {},
      createFakeEnvironment({ "/k": kubeconfig }),
    );
    await expect(source.load()).rejects.toThrow(/"nope"[\s\S]*"a@z".*did you mean "a@x"/u);
  });

  it("should say so where there is no kubeconfig", async () => {
    const source = createConfigSource({ type: "kubeconfig", contexts: [], write: false }, {}, createFakeEnvironment());
    await expect(source.load()).rejects.toThrow("/home/ada/.kube/config: must hold a context");
  });

  it("should let overrides win, and stay on loopback", async () => {
    const environment = createFakeEnvironment();
    const overrides = { port: 0, cacheDir: "cache", logLevel: "debug", geoDatabase: "~/g.mmdb" } as const;
    expect(await createConfigSource({ type: "defaults" }, overrides, environment).load()).toMatchObject({
      server: { host: "127.0.0.1", port: 0 },
      cache: { dir: "/work/cache" },
      log: { level: "debug" },
      geo: { database: "/home/ada/g.mmdb" },
    });
    await expect(createConfigSource({ type: "defaults" }, { host: "::" }, environment).load()).rejects.toThrow(
      'server.host: must be a loopback address while auth.mode is none but got: "::"',
    );
  });
});

describe("findOrigin", () => {
  it("should take ./clusters.yaml where it is there, else the defaults", async () => {
    expect(await findOrigin(createFakeEnvironment())).toEqual({ type: "defaults" });
    expect(await findOrigin(createFakeEnvironment({ "/work/clusters.yaml": "" }))).toEqual({
      type: "file",
      file: "/work/clusters.yaml",
    });
  });

  it("should not turn into the demo because the file may not be read", async () => {
    const environment = createFakeEnvironment();
    const access = async (): Promise<void> => {
      throw Object.assign(new Error("no"), { code: "EACCES" });
    };
    expect(await findOrigin({ ...environment, files: { ...environment.files, access } })).toMatchObject({
      type: "file",
    });
  });
});

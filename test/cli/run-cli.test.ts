import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import type { ServeOptions } from "../../src/cli/run-cli.ts";
import type { Config } from "../../src/config/config.ts";
import { createFakeEnvironment } from "../config/config-environment-fake.ts";

const kubeconfig = `current-context: b
contexts: [{name: a, context: {cluster: c}}, {name: b, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "https://c"}}]
`;

async function run(
  line: string,
  { texts = {}, env = {} }: { texts?: Record<string, string>; env?: Record<string, string> } = {},
) {
  const output = { stdout: "", stderr: "" };
  const served: { readonly config: Config; readonly options: ServeOptions }[] = [];
  const code = await runCli({
    ...createFakeEnvironment(texts, env),
    argv: line.split(" ").filter((word) => word !== ""),
    version: "1.2.3",
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    serve: async (config, options) => {
      served.push({ config, options });
      return 0;
    },
  });
  return { code, ...output, config: served[0]?.config, options: served[0]?.options };
}

describe("fleetgraph", () => {
  it.each([
    "",
    "help",
    "--help",
    "-h",
    "serve --help",
    "config",
    "config --help",
    "config validate -h",
    "version --help",
  ])("should print help for %j", async (line) => {
    const { code, stdout, stderr } = await run(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: fleetgraph");
  });

  it("should print its version", async () => {
    expect(await run("version")).toMatchObject({ code: 0, stdout: "fleetgraph 1.2.3\n" });
    expect(await run("--version")).toMatchObject({ code: 0, stdout: "fleetgraph 1.2.3\n" });
  });

  it.each([
    ["srve", 'unknown command "srve"; did you mean "serve"?'],
    ["--hlp", 'unknown flag "--hlp"'],
    ["config valdate", 'unknown command "config valdate"; did you mean "validate"?'],
    ["serve --prot 1", 'unknown flag "--prot"; did you mean "--port"?'],
    ["serve --Kubeconfig=x", 'unknown flag "--Kubeconfig"; did you mean "--kubeconfig"?'],
    ["serve --port", "--port needs a value"],
    ["serve --port --faults", "--port needs a value"],
    ["serve --port 70000", '--port must be a port from 0 to 65535 but got: "70000"'],
    ["serve --port=", "--port must not be empty"],
    ["serve --faults=no", '--faults takes no value but got: "no"'],
    ["serve clusters.yaml", 'unexpected argument "clusters.yaml"'],
    ["serve --config a --context b", "--config goes without --kubeconfig and --context"],
    ["serve --write", "--write goes with --kubeconfig or --context"],
    ["config validate a b", 'unexpected argument "b"'],
  ])("should refuse %j with exit code 2", async (line, message) => {
    const { code, stdout, stderr, config } = await run(line);
    expect({ code, stdout, config }).toEqual({ code: 2, stdout: "", config: undefined });
    expect(stderr).toContain(`fleetgraph: ${message}`);
    expect(stderr).toMatch(/Try: fleetgraph .*--help\n$/u);
  });
});

describe("fleetgraph serve", () => {
  it("should serve the embedded clusters where there is nothing else", async () => {
    const { code, config, options } = await run("serve");
    expect(code).toBe(0);
    expect(config?.clusters.map(({ name }) => name)).toEqual(["home", "paris", "tokyo"]);
    expect(options).toMatchObject({ faults: false, source: { origin: { type: "defaults" } } });
  });

  it("should prefer ./clusters.yaml to that, and a flag to all", async () => {
    const texts = {
      "/work/clusters.yaml": "server: {port: 1}",
      "/work/b.yaml": "server: {port: 2}",
      "/work/k": kubeconfig,
    };
    expect((await run("serve", { texts })).config?.server.port).toBe(1);
    const env = { FLEETGRAPH_CONFIG: "b.yaml" };
    expect((await run("serve", { texts, env })).config?.server.port).toBe(2);
    expect((await run("serve --config clusters.yaml", { texts, env })).config?.server.port).toBe(1);
    expect((await run("serve --kubeconfig k --write", { texts, env })).config?.clusters).toMatchObject([
      { name: "b", role: "home", write: true, source: { path: "/work/k", context: "b" } },
    ]);
  });

  it("should make a cluster of each context of kubectl's files", async () => {
    const texts = { "/k": kubeconfig };
    const { config } = await run("serve --context b --context=a", { texts, env: { KUBECONFIG: "/k" } });
    expect(config?.clusters.map(({ name, role, write }) => `${name} ${role} ${write}`)).toEqual([
      "b home false",
      "a abroad false",
    ]);
  });

  it("should let flags win over variables and variables over the file", async () => {
    const texts = { "/work/clusters.yaml": "server: {port: 1, host: 127.0.0.2}\nlog: {level: error}" };
    const env = { FLEETGRAPH_LISTEN_PORT: "2", FLEETGRAPH_LISTEN_HOST: "::1", FLEETGRAPH_LOG_LEVEL: "debug" };
    expect((await run("serve", { texts, env })).config).toMatchObject({
      server: { port: 2, host: "::1" },
      log: { level: "debug" },
    });
    expect((await run("serve --port 3 --host localhost --faults", { texts, env })).config?.server).toMatchObject({
      port: 3,
      host: "localhost",
    });
  });

  it("should leave alone what Kubernetes sets beside a Service called fleetgraph", async () => {
    const env = { FLEETGRAPH_PORT: "tcp://10.0.0.1:4000", FLEETGRAPH_SERVICE_HOST: "10.0.0.1" };
    expect((await run("serve", { env })).config?.server).toMatchObject({ host: "127.0.0.1", port: 4000 });
  });

  it("should name the variable that is wrong", async () => {
    expect(await run("serve", { env: { FLEETGRAPH_LOG_LEVEL: "warm" } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'FLEETGRAPH_LOG_LEVEL must be debug, info, warn, error but got: "warm"; did you mean "warn"?',
      ),
    });
    expect((await run("serve", { env: { FLEETGRAPH_LISTEN_PORT: "x" } })).stderr).toContain(
      "FLEETGRAPH_LISTEN_PORT must be",
    );
  });

  it("should exit with 1 and every mistake where the configuration is wrong", async () => {
    const { code, stderr, config } = await run("serve", { texts: { "/work/clusters.yaml": "a: 1\nb: 2\n" } });
    expect({ code, config }).toEqual({ code: 1, config: undefined });
    expect(stderr).toMatch(
      /clusters\.yaml:1:1: a: .*\n.*clusters\.yaml:2:1: b: .*\n2 mistakes in the configuration\n$/u,
    );
  });
});

describe("fleetgraph config validate", () => {
  it("should say what is valid", async () => {
    const texts = { "/work/a.yaml": "clusters: [{name: a, embedded: {}}]" };
    expect(await run("config validate a.yaml", { texts })).toMatchObject({
      code: 0,
      stdout: "/work/a.yaml: valid: a (home)\n",
    });
    expect((await run("config validate")).stdout).toContain("no clusters.yaml here, so the defaults: valid");
  });

  it("should exit with 1 and say what is not", async () => {
    expect(await run("config validate nope.yaml")).toMatchObject({
      code: 1,
      stderr: "/work/nope.yaml: must be a readable file but got: no such file\n1 mistake in the configuration\n",
    });
  });
});

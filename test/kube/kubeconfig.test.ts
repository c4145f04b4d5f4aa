import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { once } from "node:events";
import { createServer } from "node:https";
import { X509CertificateGenerator } from "@peculiar/x509";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterConnection, PemSource } from "../../src/config/cluster-connection.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import type { ConfigEnvironment } from "../../src/config/config-environment.ts";
import { toConnection } from "../../src/config/kubeconfig-connection.ts";
import { loadKubeconfig } from "../../src/config/load-kubeconfig.ts";

const assets = process.env["KUBEBUILDER_ASSETS"] ?? "";
const run = promisify(execFile);

const name = fc.constantFrom("red", "green", "blue");
const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/u);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
/** A PEM given as a file (relative or not) or as data. */
const pem = maybe(fc.record({ as: fc.constantFrom("relative", "absolute", "data"), text: word }));

const cluster = fc.record({
  server: word.map((host) => `https://${host}:6443`),
  ca: pem,
  "insecure-skip-tls-verify": maybe(fc.boolean()),
  "tls-server-name": maybe(word),
  "proxy-url": maybe(word.map((host) => `http://${host}:3128`)),
  "disable-compression": maybe(fc.boolean()),
});
const user = fc.record({
  certificate: maybe(fc.record({ as: fc.constantFrom("relative", "absolute", "data"), text: word })),
  login: fc.oneof(
    fc.constant({}),
    fc.record({ token: word }),
    fc.record({ tokenFile: fc.constantFrom("t", "../t", "/abs/t") }),
    fc.record({ username: word, password: fc.oneof(word, fc.constantFrom("007", "1e3", "true", "null")) }),
    fc.record({
      exec: fc.record({
        apiVersion: fc.constant("client.authentication.k8s.io/v1"),
        command: fc.constantFrom("aws", "./bin/login", "../login", "/bin/login"),
        args: maybe(fc.array(word, { maxLength: 3 })),
        env: maybe(fc.array(fc.record({ name: word, value: word }), { maxLength: 2 })),
        interactiveMode: fc.constantFrom("Never", "IfAvailable"),
        provideClusterInfo: fc.boolean(),
      }),
    }),
    fc.record({
      "auth-provider": fc.record({ name: fc.constant("oidc"), config: fc.dictionary(word, word, { maxKeys: 3 }) }),
    }),
  ),
  as: maybe(fc.record({ as: word, "as-groups": fc.array(word, { maxLength: 2 }) })),
});
const kubeconfig = fc.record({
  current: maybe(name),
  contexts: fc.dictionary(name, fc.record({ cluster: name, user: name }), { minKeys: 2, maxKeys: 3 }),
  clusters: fc.dictionary(name, cluster, { minKeys: 2, maxKeys: 3 }),
  users: fc.dictionary(name, user, { minKeys: 2, maxKeys: 3 }),
  style: fc.constantFrom("json", "tabs"),
});
type Generated = typeof kubeconfig extends fc.Arbitrary<infer T> ? T : never;

/** A certificate of its own making, for a server that nobody verifies. */
async function createCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=test",
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
  });
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----` };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Writes a kubeconfig and the files it names. */
async function write(file: string, { current, contexts, clusters, users, style }: Generated): Promise<void> {
  const dir = dirname(file);
  await mkdir(dir, { recursive: true });
  const place = async (key: string, source: { readonly as: string; readonly text: string } | undefined) => {
    if (source === undefined) return {};
    if (source.as === "data") return { [`${key}-data`]: base64(source.text) };
    const path = `${source.text}.${key}`;
    await writeFile(join(dir, path), source.text);
    return { [key]: source.as === "relative" ? path : join(dir, path) };
  };
  const text = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    contexts: Object.entries(contexts).map(([of, context]) => ({ name: of, context })),
    clusters: await Promise.all(
      Object.entries(clusters).map(async ([of, { ca, ...rest }]) => ({
        name: of,
        cluster: { ...rest, ...(await place("certificate-authority", ca)) },
      })),
    ),
    users: await Promise.all(
      Object.entries(users).map(async ([of, { certificate, login, as }]) => ({
        name: of,
        user: {
          ...login,
          ...as,
          ...(await place("client-certificate", certificate)),
          ...(await place("client-key", certificate)),
        },
      })),
    ),
  };
  await writeFile(file, JSON.stringify(text, null, style === "tabs" ? "\t" : 2));
}

/** What both sides are brought to: the fields that decide where a request goes and as whom. */
interface Effective {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        value !== null &&
        value !== false &&
        value !== "" &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}

async function effective(connection: ClusterConnection): Promise<Effective> {
  const read = async (source: PemSource | undefined): Promise<string | undefined> =>
    source && base64("pem" in source ? source.pem : await readFile(source.file, "utf8"));
  const { tls, clientCertificate, authentication: login, impersonation } = connection;
  const ofLogin = (): Readonly<Record<string, unknown>> => {
    switch (login.type) {
      case "none":
        return {};
      case "token":
        return { token: login.token };
      case "token-file":
        return { tokenFile: login.file };
      case "basic":
        return { username: login.username, password: login.password };
      case "exec":
        return { exec: withoutEmpty({ ...login.exec }) };
      case "auth-provider":
        return { "auth-provider": withoutEmpty({ name: login.name, config: login.config }) };
    }
  };
  return {
    cluster: withoutEmpty({
      server: connection.endpoints[0]?.url,
      "certificate-authority-data": await read(tls.ca),
      "insecure-skip-tls-verify": tls.insecureSkipVerify,
      "tls-server-name": tls.serverName,
      "proxy-url": connection.proxyUrl,
      "disable-compression": connection.disableCompression,
    }),
    user: withoutEmpty({
      ...ofLogin(),
      "client-certificate-data": await read(clientCertificate?.certificate),
      "client-key-data": await read(clientCertificate?.key),
      as: impersonation?.user,
      "as-groups": impersonation?.groups,
    }),
  };
}

describe.skipIf(assets === "")("loadKubeconfig beside kubectl (needs KUBEBUILDER_ASSETS)", () => {
  let root: string;
  let count = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "fleetgraph-kubeconfig-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  /** `folderOf` gives the folder of the kubeconfig a user is of: `config view` leaves tokenFile and exec.command as they were written. */
  async function kubectl(
    env: Record<string, string>,
    args: readonly string[],
    folderOf: (user: string) => string,
  ): Promise<Effective | undefined> {
    try {
      const { stdout } = await run(
        join(assets, "kubectl"),
        ["config", "view", "--raw", "--flatten", "--minify", "-o", "json", ...args],
        { env, cwd: root },
      );
      const view = JSON.parse(stdout) as {
        clusters: readonly { readonly cluster: Readonly<Record<string, unknown>> }[];
        users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[] | null;
      };
      const user = view.users?.[0]?.user ?? {};
      const absolute = (path: unknown): unknown =>
        typeof path === "string" && path.includes("/") ? resolve(folderOf(view.users?.[0]?.name ?? ""), path) : path;
      const exec = user["exec"] as Readonly<Record<string, unknown>> | undefined;
      const authProvider = user["auth-provider"] as Readonly<Record<string, unknown>> | undefined;
      return {
        cluster: withoutEmpty(view.clusters[0]?.cluster ?? {}),
        user: withoutEmpty({
          ...user,
          tokenFile: user["tokenFile"] && resolve(folderOf(view.users?.[0]?.name ?? ""), String(user["tokenFile"])),
          exec: exec && withoutEmpty({ ...exec, command: absolute(exec["command"]) }),
          "auth-provider": authProvider && withoutEmpty(authProvider),
        }),
      };
    } catch {
      return undefined;
    }
  }

  async function ours(environment: ConfigEnvironment, context: string | undefined): Promise<Effective | undefined> {
    try {
      const loaded = await loadKubeconfig({ environment });
      return await effective(toConnection(loaded, context ?? loaded.currentContext));
    } catch (error) {
      if (error instanceof ConfigError) return undefined;
      throw error;
    }
  }

  it("should give the same cluster and user for any list of files", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(maybe(kubeconfig), { minLength: 1, maxLength: 3 }),
        maybe(name),
        fc.boolean(),
        async (configs, context, relative) => {
          const dir = join(root, String(count++));
          const paths = configs.map((_, index) => join(dir, `${index}`, "config"));
          await mkdir(dir);
          for (const [index, config] of configs.entries()) {
            if (config !== undefined) await write(paths[index]!, config);
          }
          const listed = paths.map((path) => (relative ? path.slice(root.length + 1) : path));
          const env = { KUBECONFIG: listed.join(":"), HOME: dir };
          const environment: ConfigEnvironment = {
            files: { readFile: (path) => readFile(path, "utf8"), access: (path) => access(path) },
            env,
            homeDir: dir,
            cwd: root,
          };
          const expected = await kubectl(env, context === undefined ? [] : [`--context=${context}`], (user) =>
            dirname(paths[configs.findIndex((config) => config !== undefined && user in config.users)] ?? ""),
          );
          const got = await ours(environment, context);
          expect(got).toEqual(expected);
          if (expected !== undefined) compared++;
        },
      ),
      { numRuns: 80, seed: 20_261_121 },
    );
    // The generator must meet enough contexts that lead somewhere.
    expect(compared).toBeGreaterThan(20);
  });

  it.each([
    ["a name twice in one file", "users: [{name: a, user: {token: x}}, {name: a, user: {token: y}}]"],
    ["a file that is no mapping", "just words"],
    ["a file that is no YAML", "a: ["],
    ["a list that is a number", "clusters: 7"],
    ["data that is not base64", 'users: [{name: a, user: {client-key-data: "***"}}]'],
  ])("should refuse %s as kubectl does", async (_, text) => {
    const dir = join(root, String(count++));
    await mkdir(dir);
    await writeFile(join(dir, "config"), text);
    const env = { KUBECONFIG: join(dir, "config"), HOME: dir };
    await expect(run(join(assets, "kubectl"), ["config", "get-contexts"], { env })).rejects.toThrow();
    const files = { readFile: (path: string) => readFile(path, "utf8"), access: (path: string) => access(path) };
    await expect(loadKubeconfig({ environment: { files, env, homeDir: dir, cwd: dir } })).rejects.toThrow(ConfigError);
  });

  it.each([
    ["exec", { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login", interactiveMode: "Never" } }],
    ["tokenFile", { tokenFile: "token" }],
  ])("should look for the %s of a kubeconfig where kubectl looks for it", async (_, user) => {
    const dir = join(root, String(count++));
    await mkdir(dir);
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "s3cret" },
    };
    await writeFile(join(dir, "login"), `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`, { mode: 0o700 });
    await writeFile(join(dir, "token"), "s3cret");
    const seen: (string | undefined)[] = [];
    const server = createServer(await createCertificate(), (request, response) => {
      seen.push(request.headers.authorization);
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const file = join(dir, "config");
    await writeFile(
      file,
      JSON.stringify({
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        clusters: [
          {
            name: "c",
            cluster: {
              server: `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
              "insecure-skip-tls-verify": true,
            },
          },
        ],
        users: [{ name: "u", user }],
      }),
    );
    try {
      const args = ["--kubeconfig", file, "--context", "c", "get", "--raw", "/version"];
      await run(join(assets, "kubectl"), args, { env: { HOME: dir, PATH: "/bin:/usr/bin" }, cwd: root });
    } finally {
      server.close();
    }
    expect(seen).toEqual(["Bearer s3cret"]);
    const files = { readFile: (path: string) => readFile(path, "utf8"), access: (path: string) => access(path) };
    const environment = { files, env: {}, homeDir: dir, cwd: root };
    const { authentication } = toConnection(await loadKubeconfig({ explicitPath: file, environment }), "c");
    const paths = { exec: join(dir, "login"), "token-file": join(dir, "token") };
    expect(
      authentication.type === "exec"
        ? authentication.exec.command
        : authentication.type === "token-file" && authentication.file,
    ).toBe(paths[authentication.type as keyof typeof paths]);
  });
});

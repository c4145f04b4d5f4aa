import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ExecPlugin } from "../../src/config/cluster-connection.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { KubeError } from "../../src/kube/kube-error.ts";
import { json, status } from "../support/tls-api-server.ts";
import type { TestApiServer } from "../support/tls-api-server.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods } = knownResources;
const name = { namespace: "shop", name: "web" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: name };

/** A server that lets in whoever has one of these tokens. */
async function serveFor(accepted: Set<string>): Promise<TestApiServer> {
  return serve({
    respond(request, response) {
      const token = request.headers.authorization ?? "";
      if (accepted.has(token)) json(response, 200, { ...pod, token });
      else json(response, 401, status(401, "Unauthorized", "Unauthorized"));
    },
  });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fleetgraph-credentials-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A plugin that counts its runs in a file and answers with what `answer` prints. */
async function plugin(answer: string, more: Partial<ExecPlugin> = {}): Promise<ExecPlugin & { readonly runs: string }> {
  const folder = await temporaryFolder();
  const [command, runs] = [join(folder, "plugin"), join(folder, "runs")];
  await writeFile(runs, "");
  await writeFile(command, `#!/bin/sh\necho run >> ${runs}\nn=$(wc -l < ${runs} | tr -d ' ')\n${answer}\n`, {
    mode: 0o755,
  });
  const apiVersion = "client.authentication.k8s.io/v1";
  return { apiVersion, command, args: [], env: [], provideClusterInfo: false, runs, ...more };
}

const credential = (state: string): string =>
  `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${state}}' | sed "s/NUMBER/$n/"`;

describe("credentials", () => {
  it("should send a token, basic credentials, or none", async () => {
    const server = await serve({ respond: (request, response) => json(response, 200, { ...pod, said: request.headers.authorization ?? null }) }); // prettier-ignore
    const said = async (authentication: Parameters<typeof connectionTo>[1]): Promise<unknown> =>
      (await connect(connectionTo([server.url], authentication)).get(pods, name, forever()))["said"];
    expect(await said({ authentication: { type: "token", token: "abc" } })).toBe("Bearer abc");
    expect(await said({ authentication: { type: "basic", username: "u", password: "p" } })).toBe("Basic dTpw");
    expect(await said({})).toBe(null);
  });

  it("should read a rotated token file after a 401 and send the call again, a write too", async () => {
    const file = join(await temporaryFolder(), "token");
    await writeFile(file, "old\n");
    const accepted = new Set(["Bearer old"]);
    const server = await serveFor(accepted);
    const client = connect(connectionTo([server.url], { authentication: { type: "token-file", file } }), { limits: { credentialsAgeMs: 1e6 } }); // prettier-ignore
    expect(await client.get(pods, name, forever())).toMatchObject({ token: "Bearer old" });
    await writeFile(file, "new\n");
    accepted.clear();
    accepted.add("Bearer new");
    expect((await client.create(pods, pod, { ...forever(), fieldManager: "t" })).object).toMatchObject({
      token: "Bearer new",
    });
    expect(server.requests).toHaveLength(3);
  });

  it("should say Unauthorized where the renewed token is refused as well, having tried once more", async () => {
    const server = await serveFor(new Set());
    const client = connect(connectionTo([server.url], { authentication: { type: "token", token: "wrong" } }));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "Unauthorized", status: 401 });
    expect(server.requests).toHaveLength(2);
  });

  it("should use the kubeconfig's token while the token file cannot be read, and say so where there is none", async () => {
    const server = await serveFor(new Set(["Bearer spare"]));
    const file = "/nowhere/token";
    const spare = { type: "token-file", file, fallbackToken: "spare" } as const;
    expect(
      await connect(connectionTo([server.url], { authentication: spare })).get(pods, name, forever()),
    ).toMatchObject(pod);
    const client = connect(connectionTo([server.url], { authentication: { type: "token-file", file } }));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({
      reason: "CredentialsUnavailable",
      cluster: "test",
    });
  });

  it("should take what a reloaded kubeconfig says now", async () => {
    const accepted = new Set(["Bearer first"]);
    const server = await serveFor(accepted);
    let token = "first";
    const connection = () => connectionTo([server.url], { authentication: { type: "token", token } });
    let reloads = 0;
    const reloadConnection = () => Promise.resolve((reloads++, connection()));
    const client = connect(connection(), { reloadConnection });
    await client.get(pods, name, forever());
    // What it was given has just been read.
    expect(reloads).toBe(0);
    token = "second";
    accepted.clear();
    accepted.add("Bearer second");
    expect(await client.get(pods, name, forever())).toMatchObject({ token: "Bearer second" });
  });
});

describe("exec plugins", () => {
  it("should keep the answer until the server refuses it, and tell the plugin what it may know", async () => {
    const exec = await plugin(credential('{"token":"t-NUMBER"}'), { env: [{ name: "WHO", value: "me" }] });
    const accepted = new Set(["Bearer t-1"]);
    const server = await serveFor(accepted);
    const client = connect(connectionTo([server.url], { authentication: { type: "exec", exec } }));
    for (let call = 0; call < 3; call += 1)
      expect(await client.get(pods, name, forever())).toMatchObject({ token: "Bearer t-1" });
    accepted.clear();
    accepted.add("Bearer t-2");
    expect(await client.get(pods, name, forever())).toMatchObject({ token: "Bearer t-2" });
  });

  it("should run the plugin again once its credential has expired, and not for every call", async () => {
    const past = '{"token":"t-NUMBER","expirationTimestamp":"2001-01-01T00:00:00Z"}';
    const exec = await plugin(credential(past));
    const server = await serveFor(new Set(["Bearer t-1"]));
    const client = connect(connectionTo([server.url], { authentication: { type: "exec", exec } }));
    await Promise.all(Array.from({ length: 10 }, () => client.get(pods, name, forever())));
    expect(server.requests).toHaveLength(10);
  });

  it("should hand KUBERNETES_EXEC_INFO, the configured variables and the environment to the plugin", async () => {
    const seen: unknown[] = [];
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "login", args: ["--quiet"], env: [{ name: "WHO", value: "me" }], provideClusterInfo: true }; // prettier-ignore
    const server = await serveFor(new Set(["Bearer x"]));
    const client = connect(connectionTo([server.url], { authentication: { type: "exec", exec } }), {
      runCommand(command) {
        seen.push(command);
        return Promise.resolve('{"status":{"token":"x"}}');
      },
    });
    await client.get(pods, name, forever());
    const [command] = seen as [{ environment: Record<string, string>; command: string; args: readonly string[] }];
    expect(command).toMatchObject({
      command: "login",
      args: ["--quiet"],
      environment: { WHO: "me", PATH: "/usr/bin:/bin" },
    });
    expect(JSON.parse(command.environment["KUBERNETES_EXEC_INFO"] ?? "")).toEqual({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: false, cluster: { server: server.url } },
    });
  });

  it("should name the plugin that fails, without what it wrote, and not start it for every call", async () => {
    const cases = [
      ["echo secret-token; exit 3", "failed with exit code 3"],
      ["echo secret-token", "did not answer with JSON"],
      [credential("{}"), "answered with neither"],
    ] as const;
    for (const [script, expected] of cases) {
      const exec = await plugin(script, { installHint: "ask Bob" });
      const client = connect(connectionTo(["http://127.0.0.1:9"], { authentication: { type: "exec", exec } }));
      for (let call = 0; call < 3; call += 1) {
        const error = (await failureOf(client.get(pods, name, forever()))) as KubeError;
        expect(error).toMatchObject({ reason: "CredentialsUnavailable", cluster: "test" });
        expect(error.message).toContain(expected);
        expect(error.message).toContain("ask Bob");
        expect(error.message).not.toContain("secret-token");
      }
    }
    const missing = { apiVersion: "v1", command: "no-such-plugin", args: [], env: [], provideClusterInfo: false };
    const client = connect(connectionTo(["http://127.0.0.1:9"], { authentication: { type: "exec", exec: missing } }));
    expect(((await failureOf(client.get(pods, name, forever()))) as KubeError).message).toContain("is not installed");
  });

  it("should end a plugin that hangs", async () => {
    const exec = await plugin("exec sleep 30");
    const client = connect(connectionTo(["http://127.0.0.1:9"], { authentication: { type: "exec", exec } }), { limits: { execTimeoutMs: 100 } }); // prettier-ignore
    expect(((await failureOf(client.get(pods, name, forever()))) as KubeError).message).toContain("took over 100 ms");
  });
});

import { describe, expect, it } from "vitest";
import { toConnection } from "../../src/config/kubeconfig-connection.ts";
import { loadConnection } from "../../src/config/load-connection.ts";
import { loadKubeconfig } from "../../src/config/load-kubeconfig.ts";
import { createFakeEnvironment } from "./config-environment-fake.ts";

function kubeconfig(name: string, { cluster = "", user = "", current = name } = {}): string {
  return `apiVersion: v1
kind: Config
current-context: ${current}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
clusters: [{name: ${name}, cluster: {server: "https://${name}:6443", ${cluster}}}]
users: [{name: ${name}, user: {${user}}}]
`;
}

async function connect(texts: Record<string, string>, context: string, env: Record<string, string> = {}) {
  const environment = createFakeEnvironment(texts, { KUBECONFIG: Object.keys(texts).join(":"), ...env });
  return toConnection(await loadKubeconfig({ environment }), context);
}

describe("loadKubeconfig", () => {
  it("should read ~/.kube/config where KUBECONFIG is not set", async () => {
    const environment = createFakeEnvironment({ "/home/ada/.kube/config": kubeconfig("a") });
    expect((await loadKubeconfig({ environment })).currentContext).toBe("a");
  });

  it("should be empty where there is no file at all", async () => {
    const loaded = await loadKubeconfig({ environment: createFakeEnvironment() });
    expect(loaded).toMatchObject({ currentContext: "", contexts: new Map(), files: ["/home/ada/.kube/config"] });
  });

  it("should let the first file win, entry by entry, and skip files that are missing", async () => {
    const environment = createFakeEnvironment(
      {
        "/a": kubeconfig("x", { cluster: "tls-server-name: first", current: '""' }),
        "/b": kubeconfig("x", { cluster: 'proxy-url: "http://second"', user: "token: second" }),
        "/c": kubeconfig("y"),
      },
      { KUBECONFIG: "/a::/missing:/b:/c:/a" },
    );
    const loaded = await loadKubeconfig({ environment });
    expect(loaded.files).toEqual(["/a", "/missing", "/b", "/c"]);
    expect(loaded.currentContext).toBe("x");
    const connection = toConnection(loaded, "x");
    expect(connection.tls.serverName).toBe("first");
    expect(connection.proxyUrl).toBeUndefined();
    expect(connection.authentication).toEqual({ type: "none" });
    expect([...loaded.contexts.keys()].toSorted()).toEqual(["x", "y"]);
  });

  it("should say what a file says at that moment, and parse what is the same only once", async () => {
    const environment = createFakeEnvironment({ "/home/ada/.kube/config": kubeconfig("a") });
    const load = async () => (await loadKubeconfig({ environment })).contexts;
    const first = await load();
    expect((await load()).get("a")).toBe(first.get("a"));
    environment.texts["/home/ada/.kube/config"] = "contexts: [";
    await expect(load()).rejects.toThrow("/home/ada/.kube/config");
    environment.texts["/home/ada/.kube/config"] = kubeconfig("b");
    expect([...(await load()).keys()]).toEqual(["b"]);
    environment.texts["/home/ada/.kube/config"] = kubeconfig("a");
    expect(await load()).toEqual(first);
    const other = createFakeEnvironment({ "/home/ada/.kube/config": kubeconfig("c") });
    expect([...(await loadKubeconfig({ environment: other })).contexts.keys()]).toEqual(["c"]);
  });

  it("should refuse an explicit file that is missing", async () => {
    await expect(loadKubeconfig({ explicitPath: "k", environment: createFakeEnvironment() })).rejects.toThrow(
      "/work/k: must be a readable kubeconfig but got: no such file",
    );
  });

  it("should name what was probably meant by a context that is not there", async () => {
    await expect(connect({ "/k": kubeconfig("paris") }, "pairs")).rejects.toThrow(
      '/k: contexts: must have the context asked for but got: "pairs"; there are: paris; did you mean "paris"?',
    );
  });

  it("should refuse a context whose cluster or user is not there", async () => {
    const text = "contexts: [{name: a, context: {cluster: b, user: c}}]\nclusters: [{name: b, cluster: {server: x}}]";
    await expect(connect({ "/k": text }, "a")).rejects.toThrow(
      "contexts[name=a].context.user: must name one of users[]",
    );
    await expect(connect({ "/k": text.replace("name: b", "name: d") }, "a")).rejects.toThrow("context.cluster");
  });

  it("should resolve paths from the file that holds them", async () => {
    const connection = await connect(
      {
        "/deep/er/k": kubeconfig("a", {
          cluster: "certificate-authority: pki/ca.crt",
          user: "client-certificate: ../c.crt, client-key: /abs/c.key, tokenFile: t",
        }),
      },
      "a",
    );
    expect(connection.tls.ca).toEqual({ file: "/deep/er/pki/ca.crt" });
    expect(connection.clientCertificate).toEqual({ certificate: { file: "/deep/c.crt" }, key: { file: "/abs/c.key" } });
    expect(connection.authentication).toEqual({ type: "token-file", file: "/deep/er/t" });
  });

  it("should prefer inline data to files", async () => {
    const data = Buffer.from("PEM").toString("base64");
    const connection = await connect(
      {
        "/k": kubeconfig("a", {
          cluster: `certificate-authority: f, certificate-authority-data: ${data}`,
          user: `client-certificate: f, client-certificate-data: ${data}, client-key: f, client-key-data: ${data}`,
        }),
      },
      "a",
    );
    expect(connection.tls.ca).toEqual({ pem: "PEM" });
    expect(connection.clientCertificate).toEqual({ certificate: { pem: "PEM" }, key: { pem: "PEM" } });
  });

  it.each([
    ["token: abc", { type: "token", token: "abc" }],
    ["token: 0123", { type: "token", token: "0123" }],
    ["token: abc, tokenFile: /t", { type: "token-file", file: "/t", fallbackToken: "abc" }],
    ["username: u, password: 1e3", { type: "basic", username: "u", password: "1e3" }],
    [
      "auth-provider: {name: oidc, config: {client-id: c, id-token: i}}",
      { type: "auth-provider", name: "oidc", config: { "client-id": "c", "id-token": "i" } },
    ],
    [
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, 1], env: [{name: A, value: b}], provideClusterInfo: true}",
      {
        type: "exec",
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "aws",
          args: ["eks", "1"],
          env: [{ name: "A", value: "b" }],
          provideClusterInfo: true,
        },
      },
    ],
    ["exec: {apiVersion: v1, command: bin/x}", { type: "exec", exec: { command: "/etc/bin/x" } }],
  ])("should read the credentials {%s}", async (user, authentication) => {
    expect((await connect({ "/etc/k": kubeconfig("a", { user }) }, "a")).authentication).toMatchObject(authentication);
  });

  it.each([
    ["auth-provider: {name: gcp}", 'auth-provider.name must be "oidc" but got: "gcp"'],
    ["auth-provider: {name: oidc}, exec: {command: x}", "must have exec or auth-provider but got: both"],
    ["exec: {apiVersion: v1}", "must have exec.command"],
    ["token: s3cret, username: u", "must have a token or a username but got: both"],
    ["client-certificate: c", "must have client-key beside client-certificate"],
  ])("should refuse the credentials {%s}, without showing them", async (user, message) => {
    const error: unknown = await connect({ "/etc/k": kubeconfig("a", { user }) }, "a").catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toContain(`/etc/k: users[name=a].user: ${message}`);
    expect(String(error)).not.toContain("s3cret");
  });

  it("should read impersonation, proxy, TLS name and insecure-skip-tls-verify", async () => {
    const connection = await connect(
      {
        "/k": kubeconfig("a", {
          cluster: 'insecure-skip-tls-verify: true, tls-server-name: n, proxy-url: "socks5://p:1"',
          user: "as: bob, as-uid: u1, as-groups: [g], as-user-extra: {scopes: [view]}",
        }),
      },
      "a",
    );
    expect(connection).toMatchObject({
      tls: { insecureSkipVerify: true, serverName: "n" },
      proxyUrl: "socks5://p:1",
      impersonation: { user: "bob", uid: "u1", groups: ["g"], extra: { scopes: ["view"] } },
    });
  });

  it.each([
    ["localhost:8080", "http://localhost:8080"],
    ["https://h/base/", "https://h/base"],
  ])("should take the server %s for %s", async (server, url) => {
    const text = kubeconfig("a").replace("https://a:6443", server);
    expect((await connect({ "/k": text }, "a")).endpoints).toEqual([{ url }]);
  });

  it("should send nothing secret over plain HTTP", async () => {
    const user = "token: t, client-certificate: c, client-key: k";
    const text = kubeconfig("a", { user }).replace("https://", "http://");
    const connection = await connect({ "/k": text }, "a");
    expect(connection).toMatchObject({ endpoints: [{ url: "http://a:6443" }], authentication: { type: "none" } });
    expect(connection.clientCertificate).toBeUndefined();
  });

  it("should read JSON, tabs and all", async () => {
    const json = JSON.stringify(
      {
        contexts: [{ name: "a", context: { cluster: "c", user: "" } }],
        clusters: [{ name: "c", cluster: { server: "https://c" } }],
        users: null,
      },
      null,
      "\t",
    );
    expect((await connect({ "/k": json }, "a")).endpoints).toEqual([{ url: "https://c" }]);
  });

  it.each([
    ["a: [", "is no valid YAML"],
    ["clusters: 7", "clusters: must be a list"],
    ["clusters: [x]", "clusters[0]: must be a mapping"],
    ["users: [{name: a}, {name: a}]", "users[1]: must have a name of its own"],
    ["users: [{name: a, user: {client-key-data: '***'}}]", "users[0].user.client-key-data: must be base64 (not shown)"],
    ["just words", "must be a kubeconfig"],
    ["kind: Pod", 'must be "Config" but got: "Pod"'],
  ])("should refuse %j by name", async (text, message) => {
    await expect(
      loadKubeconfig({ environment: createFakeEnvironment({ "/home/ada/.kube/config": text }) }),
    ).rejects.toThrow(message);
  });
});

describe("loadConnection", () => {
  it("should use the pod's service account in a cluster", async () => {
    const environment = createFakeEnvironment(
      {},
      { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" },
    );
    expect(await loadConnection({ type: "inCluster" }, environment)).toMatchObject({
      endpoints: [{ url: "https://[fd00::1]:443" }],
      authentication: { type: "token-file", file: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    });
    await expect(loadConnection({ type: "inCluster" }, createFakeEnvironment())).rejects.toThrow("must run in a pod");
  });

  it("should use a combined PEM for certificate and key", async () => {
    const pem = { file: "/pki/kubelet.pem" };
    const connection = await loadConnection(
      {
        type: "endpoints",
        endpoints: [{ url: "https://a" }],
        balance: "priority",
        credentials: { clientCertificate: pem, clientKey: pem },
      },
      createFakeEnvironment(),
    );
    expect(connection).toEqual({
      endpoints: [{ url: "https://a" }],
      balance: "priority",
      tls: { insecureSkipVerify: false },
      clientCertificate: { certificate: pem, key: pem },
      authentication: { type: "none" },
    });
  });
});

import { once } from "node:events";
import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startEmbeddedCluster } from "../../src/embedded/world/embedded-cluster.ts";
import type { EmbeddedCluster } from "../../src/embedded/world/embedded-cluster.ts";
import { createCertificateAuthority } from "../../src/embedded/world/certificates.ts";
import { toKubeconfig } from "../../src/embedded/world/embedded-kubeconfig.ts";
import { listenHttps } from "../../src/embedded/world/https-listener.ts";
import { eventually } from "../support/eventually.ts";
import type { Json } from "./support/create-world.ts";

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startEmbeddedCluster({ name: "test", clock: systemClock, random: Math.random, logger: silentLogger });
});
afterAll(() => cluster.close());

const admin = (): RequestOptions => ({ ca: cluster.caPem, cert: cluster.admin.certPem, key: cluster.admin.keyPem });

async function open(url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  const sent = request(url, { agent: false, ...options });
  sent.on("error", () => {});
  // As bytes: a string would take the headers into its own encoding.
  sent.end(body === undefined ? undefined : Buffer.from(body));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.on("error", () => {});
  return response;
}

async function json(response: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

describe("the HTTPS listener of an embedded cluster", () => {
  it("should serve the API to a client certificate of its own authority", async () => {
    const response = await open(`${cluster.url}/api/v1/namespaces`, admin());
    expect(response.statusCode).toBe(200);
    expect((await json(response)).items.map(({ metadata }: Json) => metadata.name)).toContain("kube-system");
  });

  it("should take a body", async () => {
    const body = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "over-tls" } });
    const headers = { "content-type": "application/json" };
    const response = await open(`${cluster.url}/api/v1/namespaces`, { ...admin(), method: "POST", headers }, body);
    expect(response.statusCode).toBe(201);
    expect((await json(response)).metadata.name).toBe("over-tls");
  });

  it("should answer 401 to a certificate of another authority, and take who shows none for anonymous", async () => {
    const other = await createCertificateAuthority("other", systemClock);
    const stranger = await other.client("admin", ["system:masters"]);
    const identity = { cert: stranger.certPem, key: stranger.keyPem };
    const refused = await open(`${cluster.url}/api/v1/nodes`, { ca: cluster.caPem, ...identity });
    expect(refused.statusCode).toBe(401);
    expect(await json(refused)).toMatchObject({ kind: "Status", reason: "Unauthorized", code: 401 });
    const nobody = await open(`${cluster.url}/api/v1/nodes`, { ca: cluster.caPem });
    expect(nobody.statusCode).toBe(403);
    expect((await json(nobody)).message).toContain('User "system:anonymous" cannot list resource "nodes"');
    const known = await open(`${cluster.url}/version`, { ca: cluster.caPem });
    expect(known.statusCode).toBe(200);
    known.resume();
  });

  it("should read user and groups from the certificate, and several groups to impersonate one by one", async () => {
    const headers = { "impersonate-user": "zo\u00c3\u00ab", "impersonate-group": ["a, b", "c"] };
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const review = async (more: RequestOptions): Promise<Json> => {
      const response = await open(`${cluster.url}${path}`, { ...admin(), method: "POST", ...more }, "{}");
      return (await json(response)).status.userInfo;
    };
    expect(await review({})).toEqual({
      username: "embedded-admin",
      groups: ["system:masters", "system:authenticated"],
    });
    expect(await review({ headers })).toEqual({ username: "zoë", groups: ["a, b", "c", "system:authenticated"] });
  });

  it("should stream a watch, and end it when the client goes", async () => {
    const signals: AbortSignal[] = [];
    const authority = await createCertificateAuthority("watched", systemClock);
    const client = await authority.client("admin", []);
    const listener = await listenHttps({
      handler: (incoming) => {
        signals.push(incoming.signal);
        return cluster.api.handler(incoming);
      },
      serving: await authority.serving([], ["127.0.0.1"]),
      clientCaPem: authority.caPem,
      port: 0,
    });
    const response = await open(`${listener.url}/api/v1/namespaces?watch=true`, { ca: authority.caPem, cert: client.certPem, key: client.keyPem }); // prettier-ignore
    const [first] = (await once(response, "data")) as [Buffer];
    expect(JSON.parse(first.toString("utf8").split("\n")[0] ?? "")).toMatchObject({ type: "ADDED" });
    expect(signals[0]?.aborted).toBe(false);
    response.destroy();
    await eventually(() => expect(signals[0]?.aborted).toBe(true));
    await listener.close();
  });

  it("should end open watches and free its port when it closes", async () => {
    const own = await startEmbeddedCluster({ name: "brief", clock: systemClock, random: Math.random, logger: silentLogger }); // prettier-ignore
    const options = { ca: own.caPem, cert: own.admin.certPem, key: own.admin.keyPem };
    const watch = await open(`${own.url}/api/v1/namespaces?watch=true`, options);
    const ended = new Promise((resolve) => watch.once("close", resolve));
    watch.resume();
    await own.close();
    await ended;
    await expect(open(own.url, options)).rejects.toThrow();
  }, 5_000);
});

describe("an embedded cluster that cannot start", () => {
  it("should say that its port is taken, and leave nothing running", async () => {
    const port = Number(new URL(cluster.url).port);
    const start = startEmbeddedCluster({ name: "late", port, clock: systemClock, random: Math.random, logger: silentLogger }); // prettier-ignore
    await expect(start).rejects.toThrow("EADDRINUSE");
  });
});

describe("the kubeconfig of the embedded clusters", () => {
  it("should name a context for each, the first one current, and reach them", async () => {
    const config = parse(toKubeconfig([cluster, { ...cluster, name: "second" }]));
    expect(config["current-context"]).toBe("test");
    expect(config.contexts.map(({ name }: Json) => name)).toEqual(["test", "second"]);
    const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");
    const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
    const { "client-certificate-data": cert, "client-key-data": key } = config.users[0].user;
    const response = await open(`${server}/version`, { ca: decode(ca), cert: decode(cert), key: decode(key) });
    expect(response.statusCode).toBe(200);
    response.resume();
  });
});

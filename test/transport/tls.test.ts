import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ClusterConnection } from "../../src/config/cluster-connection.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { eventually } from "../support/eventually.ts";
import { clientName, json, status } from "../support/tls-api-server.ts";
import type { Respond } from "../support/tls-api-server.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";
import { connect, connectionTo, failureOf, forever, quickLimits, serve } from "./transport-test.ts";

const { pods } = knownResources;
const name = { namespace: "shop", name: "web" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: name };
const ok: Respond = (_request, response) => json(response, 200, pod);
/** Answers who the client certificate says it is. */
const whoAmI: Respond = (request, response) => {
  const user = clientName(request);
  if (user === undefined) json(response, 401, status(401, "Unauthorized", "Unauthorized"));
  else json(response, 200, { ...pod, user });
};

function trusting(url: string, ca: string, more: Partial<ClusterConnection> = {}): ClusterConnection {
  return connectionTo([url], { tls: { ca: { pem: ca }, insecureSkipVerify: false }, ...more });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fleetgraph-tls-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("TLS", () => {
  it("should trust the connection's authority and no other (YH-16)", async () => {
    const [authority, other] = await Promise.all([createTestAuthority(), createTestAuthority("other")]);
    const server = await serve({ certificate: await authority.server(), respond: ok });
    expect(await connect(trusting(server.url, authority.ca)).get(pods, name, forever())).toEqual(pod);
    for (const connection of [trusting(server.url, other.ca)]) {
      const client = connect(connection);
      expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "CertificateInvalid" });
      await eventually(() =>
        expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "CertificateInvalid" }),
      );
    }
    expect(server.requests).toHaveLength(1);
  });

  it("should refuse a certificate that has expired, and say so", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server({ validForMs: -1_000 }), respond: ok });
    const client = connect(trusting(server.url, authority.ca));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "CertificateInvalid" });
    await eventually(() => expect(client.endpoints[0]?.health.reason).toBe("CertificateExpired"));
  });

  it("should refuse a certificate of another name, unless the connection says which to expect", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server({ names: ["api.example"] }), respond: ok });
    const client = connect(trusting(server.url, authority.ca));
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: "CertificateInvalid" });
    await eventually(() => expect(client.endpoints[0]?.health.reason).toBe("CertificateNameMismatch"));
    const named = trusting(server.url, authority.ca, { endpoints: [{ url: server.url, serverName: "api.example" }] });
    expect(await connect(named).get(pods, name, forever())).toEqual(pod);
  });

  it("should skip verification only where the connection says so", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server({ validForMs: -1_000 }), respond: ok });
    const careless = connectionTo([server.url], { tls: { insecureSkipVerify: true } });
    expect(await connect(careless).get(pods, name, forever())).toEqual(pod);
  });

  it("should go on over a new serving certificate, and notice an expired one by the probe", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server(), respond: ok });
    const probe = { ...quickLimits.probe!, intervalMs: 20 };
    const client = connect(trusting(server.url, authority.ca), { limits: { probe } });
    expect(await client.get(pods, name, forever())).toEqual(pod);
    server.setCertificate(await authority.server());
    server.cut();
    expect(await client.get(pods, name, forever())).toEqual(pod);
    server.setCertificate(await authority.server({ validForMs: -1_000 }));
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "CertificateExpired" }),
    );
    server.setCertificate(await authority.server());
    await eventually(() => expect(client.endpoints[0]?.health.state).toBe("UP"));
  });

  it("should present a client certificate from one combined PEM, and the new one once the file is replaced (YH-18)", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server(), clientCa: authority.ca, respond: whoAmI });
    const file = join(await temporaryFolder(), "kubelet.pem");
    const put = async (user: string): Promise<void> => {
      const { cert, key } = await authority.client(user);
      await writeFile(file, cert + key);
    };
    await put("first");
    const clientCertificate = { certificate: { file }, key: { file } };
    const client = connect(trusting(server.url, authority.ca, { clientCertificate }), {
      limits: { credentialsAgeMs: 20 },
    });
    expect(await client.get(pods, name, forever())).toMatchObject({ user: "first" });
    await put("second");
    // A credential is kept for a second at least.
    await eventually(async () => expect(await client.get(pods, name, forever())).toMatchObject({ user: "second" }));
    await eventually(() => expect(client.openSockets).toBe(1));
  });

  it("should say that our own certificate has expired where it is refused (YH-18)", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server(), clientCa: authority.ca, respond: ok });
    const { cert, key } = await authority.client("kubelet");
    const pem = { pem: key + cert };
    let nowMs = Date.now();
    const clock = { now: () => nowMs, monotonic: () => performance.now(), setTimer };
    const probe = { ...quickLimits.probe!, intervalMs: 20 };
    const clientCertificate = { certificate: pem, key: pem };
    server.readiness = 401;
    const client = connect(trusting(server.url, authority.ca, { clientCertificate }), { clock, limits: { probe } });
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "Unauthorized" }),
    );
    nowMs += 3 * 86_400_000;
    server.readiness = 200;
    await eventually(() => expect(client.endpoints[0]?.health.state).toBe("UP"));
    server.readiness = 401;
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "ClientCertificateExpired" }),
    );
  });

  it("should keep the old certificate while a rotation is half done", async () => {
    const authority = await createTestAuthority();
    const server = await serve({ certificate: await authority.server(), clientCa: authority.ca, respond: whoAmI });
    const folder = await temporaryFolder();
    const [certificate, key] = [join(folder, "tls.crt"), join(folder, "tls.key")];
    const [first, second] = await Promise.all([authority.client("first"), authority.client("second")]);
    await Promise.all([writeFile(certificate, first.cert), writeFile(key, first.key)]);
    const clientCertificate = { certificate: { file: certificate }, key: { file: key } };
    let nowMs = Date.now();
    const clock = { now: () => nowMs, monotonic: () => performance.now(), setTimer: setTimer };
    const client = connect(trusting(server.url, authority.ca, { clientCertificate }), { clock });
    expect(await client.get(pods, name, forever())).toMatchObject({ user: "first" });
    await writeFile(certificate, second.cert);
    nowMs += 60_000;
    expect(await client.get(pods, name, forever())).toMatchObject({ user: "first" });
    await writeFile(key, second.key);
    nowMs += 60_000;
    await eventually(async () => expect(await client.get(pods, name, forever())).toMatchObject({ user: "second" }));
  });
});

function setTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

import { describe, expect, it } from "vitest";
import type { KubeError } from "../../src/kube/kube-error.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { json, status } from "../support/tls-api-server.ts";
import { connect, connectionTo, failureOf, forever, serve } from "./transport-test.ts";

const { pods, namespaces } = knownResources;
const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop" } };
const write = (): ReturnType<typeof forever> & { readonly fieldManager: string } => ({ ...forever(), fieldManager: "fleetgraph/test" }); // prettier-ignore

describe("requests", () => {
  it("should read one object at its path", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]));
    expect(await client.get(pods, { namespace: "shop", name: "web" }, forever())).toEqual(pod);
    expect(server.requests).toEqual(["GET /api/v1/namespaces/shop/pods/web"]);
  });

  it("should keep the path of an endpoint's URL in front", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([`${server.url}/k8s/clusters/c-1`]), {
      limits: { probe: { intervalMs: 1e6, timeoutMs: 100, confirmMs: 1e6, failureThreshold: 99, successThreshold: 1 } },
    });
    await client.get(pods, { namespace: "shop", name: "web" }, forever()).catch(() => {});
    expect(server.requests).toContain("GET /k8s/clusters/c-1/api/v1/namespaces/shop/pods/web");
  });

  it("should pass a list's query and give back its page", async () => {
    const server = await serve({
      respond: (_request, response) =>
        json(response, 200, { metadata: { resourceVersion: "7", continue: "more" }, items: [pod] }),
    });
    const client = connect(connectionTo([server.url]));
    const query = { namespace: "shop", labelSelector: "app in (a,b)", limit: 1, resourceVersion: "0" };
    expect(await client.list(pods, query, forever())).toEqual({ items: [pod], resourceVersion: "7", continue: "more" });
    await client.list(pods, { ...query, continue: "more" }, forever());
    expect(server.requests).toEqual([
      "GET /api/v1/namespaces/shop/pods?labelSelector=app+in+%28a%2Cb%29&limit=1&resourceVersion=0",
      "GET /api/v1/namespaces/shop/pods?labelSelector=app+in+%28a%2Cb%29&limit=1&continue=more",
    ]);
  });

  it("should take items that are null for none", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, { metadata: { resourceVersion: "7" }, items: null }) }); // prettier-ignore
    expect(await connect(connectionTo([server.url])).list(pods, {}, forever())).toEqual({
      items: [],
      resourceVersion: "7",
    });
  });

  it("should throw MalformedResponse where the answer is no list, no object or no JSON", async () => {
    let answer = "{}";
    const server = await serve({ respond: (_request, response) => response.end(answer) });
    const client = connect(connectionTo([server.url]));
    for (answer of ["{}", "null", '{"items":3,"metadata":{"resourceVersion":"1"}}', "<html>", ""]) {
      expect(await failureOf(client.list(pods, {}, forever()))).toMatchObject({
        reason: "MalformedResponse",
        cluster: "test",
      });
      expect(await failureOf(client.get(namespaces, { name: "a" }, forever()))).toMatchObject({
        reason: "MalformedResponse",
      });
    }
  });

  it("should read the ids of the keys that sign tokens, and pass over what names none", async () => {
    let answer: unknown = { keys: [{ kid: "a", kty: "RSA" }, { kty: "EC" }, null, { kid: 3 }, { kid: "b" }] };
    const accepted: unknown[] = [];
    const server = await serve({
      respond: ({ headers }, response) => {
        accepted.push(headers.accept);
        json(response, 200, answer);
      },
    });
    const client = connect(connectionTo([server.url]));
    expect(await client.signingKeyIds(forever())).toEqual(["a", "b"]);
    expect([server.requests, accepted]).toEqual([["GET /openid/v1/jwks"], ["application/jwk-set+json"]]);
    for (answer of [null, {}, { keys: "a" }, []])
      expect(await failureOf(client.signingKeyIds(forever()))).toMatchObject({ reason: "MalformedResponse" });
  });

  it("should refuse an answer that is longer than allowed", async () => {
    const server = await serve({ respond: (_request, response) => response.end("x".repeat(100_000)) });
    const client = connect(connectionTo([server.url]), { limits: { maxBodyBytes: 50_000 } });
    expect(await failureOf(client.list(pods, {}, forever()))).toMatchObject({ reason: "MalformedResponse" });
  });

  it("should send each kind of patch with its content type, manager and force", async () => {
    const seen: unknown[] = [];
    const server = await serve({
      respond(request, response, body) {
        seen.push([request.method, request.url, request.headers["content-type"], JSON.parse(body)]);
        json(response, 200, pod, { warning: '299 - "policy/v1beta1 is \\"old\\""' });
      },
    });
    const client = connect(connectionTo([server.url]));
    const name = { namespace: "shop", name: "web" };
    await client.patch(pods, name, { type: "merge", body: { a: 1 } }, { ...write(), dryRun: true });
    await client.patch(pods, name, { type: "json", operations: [] }, { ...write(), subresource: "status" });
    await client.patch(pods, name, { type: "strategic", body: {} }, write());
    const { warnings, created } = await client.patch(pods, name, { type: "apply", body: pod, force: true }, write());
    const path = "/api/v1/namespaces/shop/pods/web";
    const manager = "fieldManager=fleetgraph%2Ftest";
    expect(seen).toEqual([
      ["PATCH", `${path}?${manager}&dryRun=All`, "application/merge-patch+json", { a: 1 }],
      ["PATCH", `${path}/status?${manager}`, "application/json-patch+json", []],
      ["PATCH", `${path}?${manager}`, "application/strategic-merge-patch+json", {}],
      ["PATCH", `${path}?${manager}&force=true`, "application/apply-patch+yaml", pod],
    ]);
    expect({ warnings, created }).toEqual({ warnings: ['policy/v1beta1 is "old"'], created: false });
  });

  it("should create, replace and delete with their options", async () => {
    const seen: unknown[] = [];
    const server = await serve({
      respond(request, response, body) {
        seen.push([request.method, request.url, JSON.parse(body)]);
        if (request.method === "DELETE") json(response, 200, { kind: "Status", apiVersion: "v1", status: "Success" });
        else json(response, request.method === "POST" ? 201 : 200, pod);
      },
    });
    const client = connect(connectionTo([server.url]));
    expect((await client.create(pods, pod, write())).created).toBe(true);
    expect((await client.replace(pods, pod, write())).created).toBe(false);
    const query = { propagationPolicy: "Foreground", gracePeriodSeconds: 0, uid: "u" } as const;
    const deleted = await client.delete(pods, { namespace: "shop", name: "web" }, query, { ...write(), dryRun: true });
    expect(deleted).toEqual({ object: undefined, warnings: [] });
    expect(seen).toMatchObject([
      ["POST", "/api/v1/namespaces/shop/pods?fieldManager=fleetgraph%2Ftest", pod],
      ["PUT", "/api/v1/namespaces/shop/pods/web?fieldManager=fleetgraph%2Ftest", pod],
      [
        "DELETE",
        "/api/v1/namespaces/shop/pods/web",
        {
          kind: "DeleteOptions",
          propagationPolicy: "Foreground",
          gracePeriodSeconds: 0,
          preconditions: { uid: "u" },
          dryRun: ["All"],
        },
      ],
    ]);
  });

  it("should refuse every write to a read-only cluster, naming the key, before anything is sent", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]), { writable: false });
    const name = { namespace: "shop", name: "web" };
    const writes = [
      client.create(pods, pod, write()),
      client.replace(pods, pod, write()),
      client.patch(pods, name, { type: "merge", body: {} }, write()),
      client.delete(pods, name, {}, write()),
    ];
    for (const work of writes) {
      const error = await failureOf(work);
      expect(error).toMatchObject({ reason: "ReadOnly", cluster: "test" });
      expect((error as KubeError).message).toContain("write: true");
    }
    expect(server.requests).toEqual([]);
  });

  it("should impersonate a user, never system:masters, and nobody for ourselves", async () => {
    const seen: unknown[] = [];
    const server = await serve({
      respond(request, response) {
        seen.push([request.headersDistinct["impersonate-user"], request.headersDistinct["impersonate-group"]]);
        json(response, 200, pod);
      },
    });
    const client = connect(connectionTo([server.url]));
    const user = { kind: "user", username: "zoë", groups: ["dev", "system:masters", "ops"], realm: "test" } as const;
    await client.get(pods, { namespace: "a", name: "b" }, { ...forever(), as: user });
    await client.get(pods, { namespace: "a", name: "b" }, { ...forever(), as: { kind: "local" } });
    await client.get(pods, { namespace: "a", name: "b" }, forever());
    const asBytes = Buffer.from("zoë", "utf8").toString("latin1");
    expect(seen).toEqual([
      [[asBytes], ["dev", "ops"]],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    const nobody = { ...user, username: "" };
    const error = await failureOf(client.get(pods, { namespace: "a", name: "b" }, { ...forever(), as: nobody }));
    expect(error).toMatchObject({ reason: "Forbidden" });
  });

  it("should send a user of a believed realm under its prefixes, and nobody of another", async () => {
    const seen: unknown[] = [];
    const server = await serve({
      respond(request, response) {
        seen.push([request.headersDistinct["impersonate-user"], request.headersDistinct["impersonate-group"]]);
        json(response, 200, pod);
      },
    });
    const believes = [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }];
    const client = connect(connectionTo([server.url]), { believes });
    const name = { namespace: "a", name: "b" };
    const user = { kind: "user", username: "zoe", groups: ["dev", "system:authenticated"], realm: "home" } as const;
    await client.get(pods, name, { ...forever(), as: user });
    for (const stranger of [
      { ...user, realm: "elsewhere" },
      { ...user, realm: "" },
    ]) {
      const error = await failureOf(client.get(pods, name, { ...forever(), as: stranger }));
      expect(error).toMatchObject({ reason: "Forbidden", cluster: "test" });
    }
    expect(seen).toEqual([[["home:zoe"], ["home:dev"]]]);
  });

  it.each([
    ["a\r\nImpersonate-Group: system:masters", []],
    [" admin", []],
    ["admin\t", []],
    ["jane", ["ops "]],
  ])("should not send a name that a header would change: %j %j", async (username, groups) => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]));
    const user = { kind: "user", username, groups, realm: "test" } as const;
    const error = await failureOf(client.get(pods, { namespace: "a", name: "b" }, { ...forever(), as: user }));
    expect(error).toMatchObject({ reason: "Forbidden" });
    expect(server.requests).toEqual([]);
  });

  it("should give the last bytes of a log, however long it is", async () => {
    const server = await serve({
      respond(_request, response) {
        for (let line = 0; line < 5_000; line += 1) response.write(`line ${line} ${"x".repeat(100)}\n`);
        response.end("the end");
      },
    });
    const client = connect(connectionTo([server.url]));
    const log = await client.log(
      { namespace: "shop", name: "web" },
      { container: "c", limitBytes: 9, tailLines: 5 },
      forever(),
    );
    expect(Buffer.from(log).toString()).toBe("x\nthe end");
    expect(server.requests).toEqual(["GET /api/v1/namespaces/shop/pods/web/log?container=c&tailLines=5"]);
  });

  it("should turn an API server's refusal into its reason, causes and managers", async () => {
    const details = {
      causes: [{ reason: "FieldManagerConflict", message: 'conflict with "kubectl-edit" using v1', field: ".spec" }],
    };
    const server = await serve({
      respond: (_request, response) => json(response, 409, status(409, "Conflict", "conflict", details)),
    });
    const client = connect(connectionTo([server.url]));
    const error = await failureOf(
      client.patch(pods, { name: "a", namespace: "b" }, { type: "apply", body: pod, force: false }, write()),
    );
    expect(error).toMatchObject({
      reason: "Conflict",
      status: 409,
      cluster: "test",
      outcomeUnknown: false,
      causes: [{ field: ".spec", manager: "kubectl-edit" }],
    });
  });

  it("should reuse one connection for calls that follow one another", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]));
    for (let call = 0; call < 20; call += 1) await client.get(pods, { namespace: "a", name: "b" }, forever());
    expect(client.openSockets).toBeLessThanOrEqual(2);
  });
});

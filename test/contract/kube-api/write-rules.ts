import { expect, it } from "vitest";
import { toDeployment, toPod } from "./kube-api-under-test.ts";
import type { SuiteClient } from "./kube-api-under-test.ts";

export function writeRules(suite: { readonly client: SuiteClient }): void {
  const create = (body: unknown, query = ""): ReturnType<SuiteClient["post"]> =>
    suite.client.post(`${suite.client.configMaps()}${query}`, body);
  const configMap = (metadata: Record<string, unknown>, rest = {}): Record<string, unknown> => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    ...rest,
  });

  it("MUST fill what only the server says", async () => {
    const { status, body } = await create(configMap({ name: "write-fill" }));
    expect(status).toBe(201);
    expect(body.metadata.uid).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body.metadata.namespace).toBe(suite.client.namespace);
  });

  it("MUST make a name from generateName", async () => {
    const { body } = await create(configMap({ generateName: "write-gen-" }));
    expect(body.metadata.name).toMatch(/^write-gen-[a-z0-9]{5}$/);
  });

  it("MUST answer 409 AlreadyExists for a name that is taken", async () => {
    await create(configMap({ name: "write-twice" }));
    const { status, body } = await create(configMap({ name: "write-twice" }));
    expect(status).toBe(409);
    expect(body).toMatchObject({ reason: "AlreadyExists", message: 'configmaps "write-twice" already exists' });
  });

  it("MUST write nothing on a dry run", async () => {
    expect((await create(configMap({ name: "write-dry" }), "?dryRun=All")).status).toBe(201);
    expect((await suite.client.get(suite.client.configMaps("write-dry"))).status).toBe(404);
  });

  it.each([
    [{}, 422, "metadata.name"],
    [{ name: "Not_A_Name" }, 422, "metadata.name"],
    [{ name: "write-label", labels: { "a b": "c" } }, 422, "metadata.labels"],
    [{ name: "write-label", labels: { a: "b c" } }, 422, "metadata.labels"],
  ])("MUST refuse metadata %j with %i and say which field", async (metadata, status, field) => {
    const answer = await create(configMap(metadata));
    expect(answer.status).toBe(status);
    expect(answer.body.reason).toBe("Invalid");
    expect(answer.body.details.causes.map((cause: { field: string }) => cause.field)).toContain(field);
  });

  it("MUST refuse another namespace or name than the path says", async () => {
    expect((await create(configMap({ name: "a", namespace: "other" }))).status).toBe(400);
    await create(configMap({ name: "write-name" }));
    expect((await suite.client.put(suite.client.configMaps("write-name"), configMap({ name: "other" }))).status).toBe(
      400,
    );
  });

  it("MUST answer 404 for a namespace that is missing", async () => {
    const { status, body } = await suite.client.post("/api/v1/namespaces/missing/configmaps", configMap({ name: "a" }));
    expect({ status, message: body.message }).toEqual({ status: 404, message: 'namespaces "missing" not found' });
  });

  it("MUST refuse a body of another kind, of a wrong type and no JSON", async () => {
    expect((await create({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" } })).status).toBe(400);
    expect((await create(configMap({ name: "a" }, { data: { a: 1 } }))).status).toBe(400);
    expect((await create("{")).status).toBe(400);
    expect(
      (await suite.client.call("POST", suite.client.configMaps(), "x", { "content-type": "text/plain" })).status,
    ).toBe(415);
  });

  it("MUST warn of, refuse or ignore unknown fields as asked", async () => {
    const body = configMap({ name: "write-unknown" }, { surprise: 1 });
    const warned = await create(body, "?dryRun=All&fieldValidation=Warn");
    expect(warned.headers.get("warning")).toBe('299 - "unknown field \\"surprise\\""');
    expect(warned.body.surprise).toBeUndefined();
    const ignored = await create(body, "?dryRun=All&fieldValidation=Ignore");
    expect(ignored.headers.get("warning")).toBeNull();
    const strict = await create(body, "?dryRun=All&fieldValidation=Strict");
    expect(strict.status).toBe(400);
    expect(strict.body.message).toContain('strict decoding error: unknown field "surprise"');
  });

  it("MUST refuse an update of an older version with 409 Conflict", async () => {
    const first = (await create(configMap({ name: "write-lock" }))).body;
    const path = suite.client.configMaps("write-lock");
    expect((await suite.client.put(path, { ...first, data: { a: "1" } })).status).toBe(200);
    const { status, body } = await suite.client.put(path, { ...first, data: { a: "2" } });
    expect({ status, reason: body.reason }).toEqual({ status: 409, reason: "Conflict" });
    expect(body.message).toBe('Operation cannot be fulfilled on configmaps "write-lock": the object has been modified; please apply your changes to the latest version and try again'); // prettier-ignore
    const { resourceVersion: _, ...metadata } = first.metadata;
    expect((await suite.client.put(path, { ...first, metadata, data: { a: "3" } })).status).toBe(200);
  });

  it("MUST refuse another uid, and keep what only the server says", async () => {
    const first = (await create(configMap({ name: "write-uid" }))).body;
    const path = suite.client.configMaps("write-uid");
    const other = {
      ...first,
      metadata: { ...first.metadata, resourceVersion: "", uid: "00000000-0000-4000-8000-000000000000" },
    };
    expect((await suite.client.put(path, other)).status).toBe(409);
    const back = { ...first, metadata: { ...first.metadata, creationTimestamp: "2001-01-01T00:00:00Z" } };
    expect((await suite.client.put(path, back)).body.metadata.creationTimestamp).toBe(first.metadata.creationTimestamp);
  });

  it("MUST not make a new version of an update that changes nothing", async () => {
    const first = (await create(configMap({ name: "write-same" }, { data: { a: "b" } }))).body;
    const { body } = await suite.client.put(suite.client.configMaps("write-same"), first);
    expect(body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it("MUST count generations of what is desired, and not of metadata or status", async () => {
    const path = suite.client.at("apps/v1", "deployments");
    const { body } = await suite.client.post(path, toDeployment("write-gen"));
    expect(body.metadata.generation).toBe(1);
    const labelled = await suite.client.patch("merge", `${path}/write-gen`, { metadata: { labels: { a: "b" } } });
    expect(labelled.body.metadata.generation).toBe(1);
    const changed = await suite.client.patch("merge", `${path}/write-gen`, { spec: { minReadySeconds: 5 } });
    expect(changed.body.metadata.generation).toBe(2);
  });

  it("MUST keep spec and status apart", async () => {
    const path = suite.client.at("apps/v1", "deployments");
    await suite.client.post(path, toDeployment("write-status"));
    const both = { spec: { minReadySeconds: 7 }, status: { conditions: [{ type: "Mine", status: "True" }] } };
    const status = await suite.client.patch("merge", `${path}/write-status/status`, both);
    expect(status.body.spec.minReadySeconds).toBeUndefined();
    expect(status.body.status.conditions[0].type).toBe("Mine");
    const spec = await suite.client.patch("merge", `${path}/write-status`, { ...both, status: { replicas: 9 } });
    expect(spec.body.spec.minReadySeconds).toBe(7);
    expect(spec.body.status.replicas ?? 0).toBe(0);
  });

  it("MUST fill in the defaults of a deployment", async () => {
    const path = suite.client.at("apps/v1", "deployments");
    const { body } = await suite.client.post(path, toDeployment("write-defaults"));
    expect(body.spec).toMatchObject({
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: {
        spec: {
          restartPolicy: "Always",
          dnsPolicy: "ClusterFirst",
          schedulerName: "default-scheduler",
          terminationGracePeriodSeconds: 30,
          securityContext: {},
          containers: [
            {
              name: "main",
              image: "registry.example/app:1",
              imagePullPolicy: "IfNotPresent",
              resources: {},
              terminationMessagePath: "/dev/termination-log",
              terminationMessagePolicy: "File",
            },
          ],
        },
      },
    });
  });

  it("MUST fill in the defaults of a pod", async () => {
    const container = {
      name: "main",
      image: "registry.example/app",
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: "1" } },
    };
    const { body } = await suite.client.post(
      suite.client.at("v1", "pods"),
      toPod("write-pod", { containers: [container] }),
    );
    expect(body.spec).toMatchObject({ serviceAccountName: "default", enableServiceLinks: true, priority: 0, preemptionPolicy: "PreemptLowerPriority" }); // prettier-ignore
    expect(body.spec.tolerations).toHaveLength(2);
    expect(body.spec.containers[0]).toMatchObject({
      imagePullPolicy: "Always",
      ports: [{ containerPort: 80, protocol: "TCP" }],
      resources: { limits: { cpu: "1" }, requests: { cpu: "1" } },
    });
    expect(body.status).toMatchObject({ phase: "Pending", qosClass: "Burstable" });
  });

  it("MUST allocate addresses and node ports of a service, and keep them", async () => {
    const path = suite.client.at("v1", "services");
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "write-svc" }, spec: { type: "NodePort", ports: [{ port: 80 }] } }; // prettier-ignore
    const { body } = await suite.client.post(path, service);
    expect(body.spec.clusterIP).toMatch(/^10\./);
    expect(body.spec.clusterIPs).toEqual([body.spec.clusterIP]);
    expect(body.spec.ports[0]).toMatchObject({ port: 80, targetPort: 80, protocol: "TCP" });
    expect(body.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30_000);
    const updated = await suite.client.put(`${path}/write-svc`, {
      ...service,
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    });
    expect(updated.body.spec.clusterIP).toBe(body.spec.clusterIP);
    expect(updated.body.spec.ports[0].nodePort).toBe(body.spec.ports[0].nodePort);
  });

  it("MUST write stringData of a secret into data", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "write-secret" }, stringData: { a: "b" } };
    const { body } = await suite.client.post(suite.client.at("v1", "secrets"), secret);
    expect(body).toMatchObject({ type: "Opaque", data: { a: "Yg==" } });
    expect(body.stringData).toBeUndefined();
  });

  it("MUST refuse what a deployment and a pod may not change or leave out", async () => {
    const path = suite.client.at("apps/v1", "deployments");
    await suite.client.post(path, toDeployment("write-immutable"));
    const selector = { matchLabels: { app: "other" } };
    const moved = { spec: { selector, template: { metadata: { labels: { app: "other" } } } } };
    const changed = await suite.client.patch("merge", `${path}/write-immutable`, moved);
    expect(changed.status).toBe(422);
    expect(changed.body.details.causes[0].field).toBe("spec.selector");
    const unmatched = await suite.client.post(path, toDeployment("write-unmatched", { selector }));
    expect(unmatched.status).toBe(422);
    const empty = await suite.client.post(suite.client.at("v1", "pods"), toPod("write-empty", { containers: [] }));
    expect(empty.body.details.causes[0]).toMatchObject({ reason: "FieldValueRequired", field: "spec.containers" });
    await suite.client.post(suite.client.at("v1", "pods"), toPod("write-pod-spec"));
    const frozen = await suite.client.patch("merge", suite.client.at("v1", "pods", "write-pod-spec"), {
      spec: { hostname: "x" },
    });
    expect(frozen.status).toBe(422);
  });

  it("MUST read and set the replicas by the scale subresource", async () => {
    const path = suite.client.at("apps/v1", "deployments");
    await suite.client.post(path, toDeployment("write-scale"));
    const { body } = await suite.client.get(`${path}/write-scale/scale`);
    expect(body).toMatchObject({ kind: "Scale", apiVersion: "autoscaling/v1", spec: {}, status: { replicas: 0, selector: "app=write-scale" } }); // prettier-ignore
    const scaled = await suite.client.patch("merge", `${path}/write-scale/scale`, { spec: { replicas: 0 } });
    expect(scaled.status).toBe(200);
    const put = await suite.client.put(`${path}/write-scale/scale`, { ...scaled.body, spec: { replicas: -1 } });
    expect(put.status).toBe(422);
  });

  it("MUST show one event in both groups", async () => {
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "write-event" },
      involvedObject: { kind: "Pod", name: "p", namespace: suite.client.namespace },
      reason: "Because",
      message: "said",
      type: "Normal",
      count: 2,
    };
    await suite.client.post(suite.client.at("v1", "events"), event);
    const { body } = await suite.client.get(suite.client.at("events.k8s.io/v1", "events", "write-event"));
    expect(body).toMatchObject({ apiVersion: "events.k8s.io/v1", note: "said", reason: "Because", regarding: { name: "p" }, deprecatedCount: 2 }); // prettier-ignore
    const selected = await suite.client.get(
      `${suite.client.at("v1", "events")}?fieldSelector=involvedObject.name%3Dp,reason%3DBecause`,
    );
    expect(selected.body.items).toHaveLength(1);
  });
}

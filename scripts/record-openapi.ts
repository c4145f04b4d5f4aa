import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

/**
 * Records from a real kube-apiserver what the embedded one serves by: schemas with their merge keys, discovery, and kubectl's table columns,
 * for the kinds of issue 3 and without prose; and the roles and bindings that users of a new cluster meet.
 *
 *   npm run record:openapi -- KUBECONFIG     (a cluster-admin client certificate, as `../shared/kube/cluster up` writes it)
 */
const target = "src/embedded/recorded/recorded-api.json";
const rolesTarget = "src/embedded/recorded/bootstrap-roles.json";
const command = "npm run record:openapi -- KUBECONFIG";

/** Group versions, and the resources of each that are kept. */
const kept: Readonly<Record<string, readonly string[]>> = {
  "api/v1": ["namespaces", "nodes", "pods", "services", "configmaps", "secrets", "serviceaccounts", "events", "resourcequotas"],
  "apis/apps/v1": ["deployments", "replicasets", "statefulsets", "daemonsets"],
  "apis/batch/v1": ["jobs", "cronjobs"],
  "apis/coordination.k8s.io/v1": ["leases"],
  "apis/discovery.k8s.io/v1": ["endpointslices"],
  "apis/events.k8s.io/v1": ["events"],
  "apis/rbac.authorization.k8s.io/v1": ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
  "apis/apiextensions.k8s.io/v1": ["customresourcedefinitions"],
  "apis/authorization.k8s.io/v1": ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews", "localsubjectaccessreviews"],
  "apis/authentication.k8s.io/v1": ["selfsubjectreviews", "tokenreviews"],
}; // prettier-ignore
/** Bodies of subresources: no resource of their own, but kubectl and the validator need their shape. */
const extraSchemas = [
  "io.k8s.api.autoscaling.v1.Scale",
  "io.k8s.api.core.v1.Binding",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
  "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
];

/** The roles every new cluster has and that people bind or meet; those of controllers and nodes are left out. */
const keptRoles: readonly string[] = [
  "admin",
  "cluster-admin",
  "edit",
  "system:aggregate-to-admin",
  "system:aggregate-to-edit",
  "system:aggregate-to-view",
  "system:auth-delegator",
  "system:basic-user",
  "system:discovery",
  "system:kube-aggregator",
  "system:kubelet-api-admin",
  "system:monitoring",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
  "view",
];

type Json = Record<string, unknown>;

interface Admin {
  readonly server: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

function readAdmin(path: string): Admin {
  const config = parse(readFileSync(path, "utf8")) as {
    clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
    users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
  };
  const cluster = config.clusters[0]!.cluster;
  const user = config.users[0]!.user;
  const decode = (text: string): Buffer => Buffer.from(text, "base64");
  return {
    server: cluster.server,
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(user["client-certificate-data"]),
    key: decode(user["client-key-data"]),
  };
}

function get(admin: Admin, path: string, accept = "application/json"): Promise<Json> {
  const { ca, cert, key } = admin;
  return new Promise((resolve, reject) => {
    const call = request(`${admin.server}${path}`, { ca, cert, key, headers: { accept } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode === 200) resolve(JSON.parse(text) as Json);
        else reject(new Error(`${path}: ${response.statusCode} ${text}`));
      });
    });
    call.on("error", reject);
    call.end();
  });
}

/** Drops prose; a `description` under `properties` is a field's name and stays. */
function withoutProse(value: unknown, isPropertyMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => isPropertyMap || key !== "description");
  return Object.fromEntries(
    entries.map(([key, item]) => [key, withoutProse(item, key === "properties" && !isPropertyMap)]),
  );
}

/** Adds the schema and all that it refers to. */
function addWithReferences(name: string, from: Json, to: Json): void {
  if (name in to) return;
  const schema = withoutProse(from[name]) as Json;
  to[name] = schema;
  for (const [, reference] of JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    addWithReferences(reference!, from, to);
  }
}

/** The hash says how a real server stores: nothing of ours. */
function withoutHash(resource: Json): Json {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => key !== "storageVersionHash"));
}

/** The column definitions of kubectl's table; descriptions are prose. */
async function recordColumns(admin: Admin, path: string): Promise<unknown> {
  const table = await get(admin, path, "application/json;as=Table;v=v1;g=meta.k8s.io");
  return (table["columnDefinitions"] as Json[]).map(({ name, type, format, priority }) => ({
    name,
    type,
    format,
    priority,
  }));
}

/** Objects as a user would write them: without what the server fills in. */
async function recordRoles(admin: Admin, plural: string): Promise<readonly Json[]> {
  const list = await get(admin, `/apis/rbac.authorization.k8s.io/v1/${plural}`);
  const kind = plural === "clusterroles" ? "ClusterRole" : "ClusterRoleBinding";
  return (list["items"] as Json[])
    .map((object): Json => {
      const { name, labels, annotations } = object["metadata"] as Json;
      return { apiVersion: "rbac.authorization.k8s.io/v1", kind, ...object, metadata: { name, labels, annotations } };
    })
    .filter(({ metadata }) => keptRoles.includes(String((metadata as Json)["name"])));
}

async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) throw new Error(`usage: ${command}`);
  const admin = readAdmin(path);
  const version = await get(admin, "/version");
  const schemas: Json = {};
  const groupVersions: Json = {};
  for (const [root, plurals] of Object.entries(kept)) {
    const discovery = await get(admin, `/${root}`);
    const resources = (discovery["resources"] as Json[]).filter(({ name }) =>
      plurals.includes(String(name).split("/")[0]!),
    );
    const openapi = await get(admin, `/openapi/v3/${root}`);
    const all = (openapi["components"] as Json)["schemas"] as Json;
    for (const [name, schema] of Object.entries(all)) {
      const kinds = ((schema as Json)["x-kubernetes-group-version-kind"] ?? []) as {
        group: string;
        version: string;
        kind: string;
      }[];
      const gv = root.split("/").slice(1).join("/");
      const isKept = kinds.some(
        ({ group, version: v, kind }) =>
          (group === "" ? v : `${group}/${v}`) === gv &&
          resources.some((r) => r["kind"] === kind || `${String(r["kind"])}List` === kind) &&
          kinds.length === 1,
      );
      if (isKept || extraSchemas.includes(name)) addWithReferences(name, all, schemas);
    }
    const columns: Json = {};
    for (const { name, verbs } of resources) {
      if ((verbs as string[]).includes("list"))
        columns[String(name)] = await recordColumns(admin, `/${root}/${String(name)}`);
    }
    groupVersions[root] = {
      resources: resources.map(withoutHash),
      columns,
    };
  }
  const scaling = await get(admin, "/openapi/v3/apis/autoscaling/v1");
  addWithReferences("io.k8s.api.autoscaling.v1.Scale", (scaling["components"] as Json)["schemas"] as Json, schemas);
  const recorded = {
    header: { server: version["gitVersion"], date: new Date().toISOString().slice(0, 10), command },
    version,
    groupVersions,
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  writeFileSync(target, `${JSON.stringify(recorded)}\n`);
  execFileSync("npx", ["prettier", "--write", "--log-level", "warn", target]);
  const roles = {
    header: recorded.header,
    clusterRoles: await recordRoles(admin, "clusterroles"),
    clusterRoleBindings: await recordRoles(admin, "clusterrolebindings"),
  };
  writeFileSync(rolesTarget, `${JSON.stringify(roles)}\n`);
  execFileSync("npx", ["prettier", "--write", "--log-level", "warn", rolesTarget]);
  console.log(`${target}: ${Object.keys(schemas).length} schemas of ${String(version["gitVersion"])}`);
}

await main();

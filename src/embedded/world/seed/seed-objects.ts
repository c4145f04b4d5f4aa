import { createHash } from "node:crypto";
import { knownResources } from "../../../kube/known-resources.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import type { SeedApp, SeedGrant, SeedNode, SeedPlan } from "./seed-plan.ts";

/** One object to create; a Node comes with its status, as from its kubelet. */
export interface SeedObject {
  readonly resource: ResourceId;
  readonly object: Readonly<Record<string, unknown>>;
}

const core = (plural: string, kind: string): ResourceId => ({
  group: "",
  version: "v1",
  plural,
  kind,
  namespaced: true,
});
const configMaps = core("configmaps", "ConfigMap");
const secrets = core("secrets", "Secret");
const quotas = core("resourcequotas", "ResourceQuota");
const serviceAccounts = core("serviceaccounts", "ServiceAccount");
const rbacGroup = "rbac.authorization.k8s.io";

/** The objects of a plan, in an order in which they can be created. `now` is RFC 3339. */
export function toSeedObjects(plan: SeedPlan, now: string): readonly SeedObject[] {
  const namespaces = [...new Set(plan.apps.map(({ namespace }) => namespace))];
  return [
    ...plan.nodes.map((node, index) => toNode(node, index, now)),
    ...namespaces.map((name) => ({
      resource: knownResources.namespaces,
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { team: name } } },
    })),
    ...Object.entries(plan.quotas).map(([namespace, { pods, cpu, memory }]) => ({
      resource: quotas,
      object: {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "team", namespace },
        spec: { hard: { pods, "requests.cpu": cpu, "requests.memory": memory } },
      },
    })),
    ...auditorRoles,
    ...plan.grants.flatMap(toGrant),
    ...plan.apps.flatMap(toApp),
  ];
}

const clusterRole = (name: string, more: object, labels?: Readonly<Record<string, string>>): SeedObject => ({
  resource: { group: rbacGroup, version: "v1", plural: "clusterroles", kind: "ClusterRole", namespaced: false },
  object: {
    apiVersion: `${rbacGroup}/v1`,
    kind: "ClusterRole",
    metadata: { name, ...(labels === undefined ? {} : { labels }) },
    ...more,
  },
});
const reads = (apiGroups: readonly string[], resources: readonly string[]): object => ({
  verbs: ["get", "list", "watch"],
  apiGroups,
  resources,
});
const auditLabel = "example.com/aggregate-to-auditor";

/**
 * `auditor`: what `view` shows, by the same labels, and the cluster's own things besides. No Secrets: who reads those of a namespace can act as any
 * ServiceAccount in it.
 */
const auditorRoles: readonly SeedObject[] = [
  clusterRole(
    "auditor-of-clusters",
    {
      rules: [
        reads([""], ["nodes", "persistentvolumes"]),
        reads([rbacGroup], ["roles", "clusterroles", "rolebindings", "clusterrolebindings"]),
        reads(["apiextensions.k8s.io"], ["customresourcedefinitions"]),
        reads(["coordination.k8s.io"], ["leases"]),
        reads(["events.k8s.io"], ["events"]),
      ],
    },
    { [auditLabel]: "true" },
  ),
  clusterRole("auditor", {
    aggregationRule: {
      clusterRoleSelectors: [
        { matchLabels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
        { matchLabels: { [auditLabel]: "true" } },
      ],
    },
    rules: [],
  }),
];

/** A binding, and the ServiceAccount it is for. */
function toGrant({ name, clusterRole, namespace, group, serviceAccount }: SeedGrant): readonly SeedObject[] {
  const place = namespace === undefined ? {} : { namespace };
  const kind = namespace === undefined ? "ClusterRoleBinding" : "RoleBinding";
  const plural = `${kind.toLowerCase()}s`;
  const groups = group === undefined ? [] : [{ apiGroup: rbacGroup, kind: "Group", name: group }];
  const accounts = serviceAccount === undefined ? [] : [{ kind: "ServiceAccount", name: serviceAccount, ...place }];
  const binding = {
    apiVersion: `${rbacGroup}/v1`,
    kind,
    metadata: { name, ...place },
    roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: clusterRole },
    subjects: [...groups, ...accounts],
  };
  return [
    ...accounts.map(({ name: account }) => ({
      resource: serviceAccounts,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, ...place } },
    })),
    {
      resource: { group: rbacGroup, version: "v1", plural, kind, namespaced: namespace !== undefined },
      object: binding,
    },
  ];
}

function toNode(node: SeedNode, index: number, now: string): SeedObject {
  const { name, externalIp, zone, cpu, memory, architecture, roles = [], taints } = node;
  const podCIDR = `10.64.${index}.0/24`;
  const amounts = { cpu, memory, pods: "110", "ephemeral-storage": "200Gi" };
  const condition = (type: string, status: string, reason: string, message: string): object => ({ type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: now }); // prettier-ignore
  return {
    resource: knownResources.nodes,
    object: {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          "kubernetes.io/hostname": name,
          "kubernetes.io/os": "linux",
          "kubernetes.io/arch": architecture,
          "topology.kubernetes.io/zone": zone,
          ...Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, ""])),
        },
      },
      spec: { podCIDR, podCIDRs: [podCIDR], ...(taints === undefined ? {} : { taints }) },
      status: {
        addresses: [
          { type: "Hostname", address: name },
          { type: "InternalIP", address: `10.0.0.${externalIp.split(".")[3] ?? "1"}` },
          { type: "ExternalIP", address: externalIp },
        ],
        capacity: amounts,
        allocatable: { ...amounts, cpu: `${Number(cpu) * 1000 - 100}m` },
        conditions: [
          condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
          condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
          condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
          condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ],
        nodeInfo: {
          architecture,
          bootID: toMachineId(`${name} boot ${now}`),
          containerRuntimeVersion: "containerd://2.1.4",
          kernelVersion: "6.12.48",
          kubeProxyVersion: "",
          kubeletVersion: "v1.34.4",
          machineID: toMachineId(name),
          operatingSystem: "linux",
          osImage: "Debian GNU/Linux 13 (trixie)",
          systemUUID: toMachineId(name),
        },
      },
    },
  };
}

/** An id in the shape of a UUID that stays with the name. */
function toMachineId(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function toApp(app: SeedApp): readonly SeedObject[] {
  const { namespace, name, port, config = false, secret = false } = app;
  const metadata = (objectName: string): object => ({ name: objectName, namespace, labels: { app: name } });
  return [
    ...(config
      ? [{ resource: configMaps, object: { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(`${name}-config`), data: { "app.yaml": `name: ${name}\nlog: info\n` } } }] // prettier-ignore
      : []),
    ...(secret
      ? [{ resource: secrets, object: { apiVersion: "v1", kind: "Secret", metadata: metadata(`${name}-secret`), type: "Opaque", stringData: { password: "not-a-real-password" } } }] // prettier-ignore
      : []),
    ...(port === undefined
      ? []
      : [{ resource: knownResources.services, object: { apiVersion: "v1", kind: "Service", metadata: metadata(name), spec: { selector: { app: name }, ports: [{ name: "main", port, protocol: "TCP", targetPort: port }] } } }]), // prettier-ignore
    toWorkload(app),
  ];
}

const workloadResource = {
  Deployment: knownResources.deployments,
  StatefulSet: knownResources.statefulsets,
  DaemonSet: knownResources.daemonsets,
  Job: knownResources.jobs,
  CronJob: knownResources.cronjobs,
} as const;

function toWorkload(app: SeedApp): SeedObject {
  const { namespace, name, kind, replicas, labels } = app;
  const resource = workloadResource[kind];
  const base = {
    apiVersion: `${resource.group}/${resource.version}`,
    kind,
    metadata: { name, namespace, labels: { app: name, ...labels } },
  };
  const template = toTemplate(app);
  if (kind === "Job") return { resource, object: { ...base, spec: { template } } };
  if (kind === "CronJob")
    return { resource, object: { ...base, spec: { schedule: "0 4 * * *", jobTemplate: { spec: { template } } } } };
  const spec = {
    selector: { matchLabels: { app: name } },
    template,
    ...(replicas === undefined ? {} : { replicas }),
    ...(kind === "StatefulSet" ? { serviceName: name } : {}),
  };
  return { resource, object: { ...base, spec } };
}

function toTemplate(app: SeedApp): object {
  const { name, kind, image, cpu, memory, port, args, labels, config = false, secret = false } = app;
  const version = image.slice(image.lastIndexOf(":") + 1);
  return {
    metadata: { labels: { app: name, version, ...labels } },
    spec: {
      containers: [
        {
          name: "main",
          image,
          ...(args === undefined ? {} : { args }),
          ...(port === undefined ? {} : { ports: [{ name: "main", containerPort: port }] }),
          ...(secret
            ? { env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: `${name}-secret`, key: "password" } } }] }
            : {}),
          ...(config ? { volumeMounts: [{ name: "config", mountPath: "/etc/app" }] } : {}),
          resources: { requests: { cpu, memory }, limits: { memory } },
        },
      ],
      ...(config ? { volumes: [{ name: "config", configMap: { name: `${name}-config` } }] } : {}),
      ...(kind === "Job" || kind === "CronJob" ? { restartPolicy: "Never" } : {}),
    },
  };
}

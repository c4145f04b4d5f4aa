/** A place nodes stand in. Addresses are of the documentation ranges (RFC 5737), which the demo's own geo database knows. */
export interface SeedNode {
  readonly name: string;
  /** ExternalIP, what the geolabeler looks up. */
  readonly externalIp: string;
  readonly zone: string;
  readonly cpu: string;
  readonly memory: string;
  readonly architecture: "amd64" | "arm64";
  readonly roles?: readonly string[];
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

export interface SeedApp {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob";
  readonly image: string;
  readonly replicas?: number;
  readonly cpu: string;
  readonly memory: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** ConfigMap it mounts and Secret it reads, made with it. */
  readonly config?: boolean;
  readonly secret?: boolean;
}

/** Who has a role, and where. */
export interface SeedGrant {
  /** Of the binding. */
  readonly name: string;
  readonly clusterRole: string;
  /** Unset = everywhere. */
  readonly namespace?: string;
  readonly group?: string;
  /** Made with it: a ServiceAccount of `namespace`. */
  readonly serviceAccount?: string;
}

/** Somebody with a bearer token of their own; what they may, their groups' grants say. */
export interface SeedPerson {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What an embedded cluster begins with. */
export interface SeedPlan {
  readonly nodes: readonly SeedNode[];
  readonly apps: readonly SeedApp[];
  /** Namespace to its quota of pods, cpu and memory. */
  readonly quotas: Readonly<Record<string, { readonly pods: string; readonly cpu: string; readonly memory: string }>>;
  readonly grants: readonly SeedGrant[];
  readonly people: readonly SeedPerson[];
}

const shop: readonly SeedApp[] = [
  { namespace: "shop", name: "web", kind: "Deployment", image: "registry.example/shop/web:2.4.1", replicas: 4, cpu: "100m", memory: "128Mi", port: 8080, labels: { tier: "front" }, config: true }, // prettier-ignore
  { namespace: "shop", name: "cart", kind: "Deployment", image: "registry.example/shop/cart:1.9.0", replicas: 3, cpu: "200m", memory: "256Mi", port: 7070, labels: { tier: "back" }, secret: true }, // prettier-ignore
  { namespace: "shop", name: "cart-db", kind: "StatefulSet", image: "registry.example/library/redis:7.2", replicas: 2, cpu: "250m", memory: "512Mi", port: 6379, labels: { tier: "data" }, secret: true }, // prettier-ignore
  { namespace: "shop", name: "checkout", kind: "Deployment", image: "registry.example/shop/checkout:3.0.2", replicas: 2, cpu: "300m", memory: "256Mi", port: 5050, labels: { tier: "back" }, config: true }, // prettier-ignore
  {
    namespace: "shop",
    name: "migrate-2026-11",
    kind: "Job",
    image: "registry.example/shop/migrate:3.0.2",
    cpu: "100m",
    memory: "128Mi",
  },
  {
    namespace: "shop",
    name: "report",
    kind: "CronJob",
    image: "registry.example/shop/report:1.2.0",
    cpu: "100m",
    memory: "128Mi",
  },
];

const observability: readonly SeedApp[] = [
  { namespace: "observability", name: "node-exporter", kind: "DaemonSet", image: "registry.example/prom/node-exporter:1.9.1", cpu: "50m", memory: "64Mi", port: 9100 }, // prettier-ignore
  { namespace: "observability", name: "prometheus", kind: "StatefulSet", image: "registry.example/prom/prometheus:3.5.0", replicas: 1, cpu: "500m", memory: "1Gi", port: 9090, config: true }, // prettier-ignore
  { namespace: "observability", name: "grafana", kind: "Deployment", image: "registry.example/grafana/grafana:12.2", replicas: 1, cpu: "100m", memory: "256Mi", port: 3000, secret: true }, // prettier-ignore
];

const media: readonly SeedApp[] = [
  { namespace: "media", name: "transcoder", kind: "Deployment", image: "registry.example/media/transcoder:0.8.3", replicas: 3, cpu: "1", memory: "2Gi", labels: { tier: "batch" } }, // prettier-ignore
  { namespace: "media", name: "cdn-edge", kind: "Deployment", image: "registry.example/media/edge:5.1.0", replicas: 2, cpu: "250m", memory: "512Mi", port: 8443, labels: { tier: "front" } }, // prettier-ignore
];

/** Two things that are wrong, so that "which cluster has the broken pods?" has an answer. */
const broken: readonly SeedApp[] = [
  { namespace: "media", name: "thumbnailer", kind: "Deployment", image: "registry.example/media/thumbnailer:missing", replicas: 1, cpu: "100m", memory: "128Mi" }, // prettier-ignore
  { namespace: "shop", name: "recommender", kind: "Deployment", image: "registry.example/shop/recommender:0.3.0", replicas: 1, cpu: "200m", memory: "256Mi", args: ["--crash"] }, // prettier-ignore
];

const quotas = {
  shop: { pods: "50", cpu: "20", memory: "40Gi" },
  media: { pods: "30", cpu: "16", memory: "32Gi" },
};

/** Each team edits its namespace and has a robot that deploys to it; auditors see everything but Secrets, platform admins do everything. */
function grantsFor(...teams: readonly string[]): readonly SeedGrant[] {
  return [
    { name: "platform-admins", clusterRole: "cluster-admin", group: "platform-admins" },
    { name: "auditors", clusterRole: "auditor", group: "auditors" },
    ...teams.flatMap((team): readonly SeedGrant[] => [
      { name: `${team}-team`, clusterRole: "edit", namespace: team, group: `${team}-team` },
      { name: "deployer", clusterRole: "edit", namespace: team, serviceAccount: "deployer" },
    ]),
  ];
}

/** The same four everywhere: where their team has no namespace they may do nothing. */
const people: readonly SeedPerson[] = [
  { name: "olga", groups: ["platform-admins"] },
  { name: "ann", groups: ["shop-team"] },
  { name: "kenji", groups: ["media-team"] },
  { name: "max", groups: ["auditors"] },
];

const controlPlane = {
  roles: ["control-plane"],
  taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
};

function node(name: string, externalIp: string, zone: string, more: Partial<SeedNode> = {}): SeedNode {
  return { name, externalIp, zone, cpu: "8", memory: "32Gi", architecture: "amd64", ...more };
}

/** Plans by cluster name; any other name gets `otherPlan`. */
const plans: Readonly<Record<string, SeedPlan>> = {
  home: {
    nodes: [
      node("home-cp-1", "192.0.2.10", "par-a", { ...controlPlane, cpu: "4", memory: "16Gi" }),
      node("home-1", "192.0.2.11", "par-a"),
      node("home-2", "192.0.2.70", "lyo-a"),
      node("home-3", "192.0.2.130", "mrs-a", { architecture: "arm64" }),
    ],
    apps: [...shop, ...observability],
    quotas: { shop: quotas.shop },
    grants: grantsFor("shop"),
    people,
  },
  paris: {
    nodes: [
      node("paris-1", "192.0.2.20", "par-b"),
      node("paris-2", "192.0.2.21", "par-b"),
      node("paris-3", "198.51.100.200", "ber-a", { cpu: "16", memory: "64Gi" }),
    ],
    apps: [...shop.slice(0, 2), ...media, ...observability.slice(0, 1), ...broken],
    quotas,
    grants: grantsFor("shop", "media"),
    people,
  },
  tokyo: {
    nodes: [
      node("tokyo-1", "203.0.113.10", "tyo-a"),
      node("tokyo-2", "203.0.113.11", "tyo-b", { architecture: "arm64" }),
      node("tokyo-3", "203.0.113.80", "osa-a", {
        taints: [{ key: "dedicated", value: "media", effect: "NoSchedule" }],
      }),
    ],
    apps: [...media, ...observability.slice(0, 2)],
    quotas: { media: quotas.media },
    grants: grantsFor("media"),
    people,
  },
};

const otherPlan = (name: string): SeedPlan => ({
  nodes: [node(`${name}-1`, "198.51.100.10", "nyc-a"), node(`${name}-2`, "198.51.100.90", "lax-a")],
  apps: [...media.slice(1), ...observability.slice(0, 1)],
  quotas: {},
  grants: grantsFor("media"),
  people,
});

/** What the embedded cluster of this name begins with. */
export function planFor(cluster: string): SeedPlan {
  return plans[cluster] ?? otherPlan(cluster);
}

import { createSeededRandom } from "./seeded-random.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** A pod as it is created, and the status its kubelet reports then. */
export interface PodFixture {
  readonly pod: { readonly metadata: PodMetadata; readonly spec: object };
  readonly status: object;
}

interface PodMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly [field: string]: unknown;
}

export const appCount = 200;
export const namespaceCount = 100;
const tiers = ["web", "api", "worker", "data"];
const environments = ["production", "staging", "development"];
const startedAt = "2026-11-02T08:15:30Z";

/** "team-07". */
export function namespaceName(index: number): string {
  return `team-${String(index % namespaceCount).padStart(2, "0")}`;
}

/** "checkout-017": the value of the label `app`. */
export function appName(index: number): string {
  return `checkout-${String(index % appCount).padStart(3, "0")}`;
}

export function nodeName(cluster: string, index: number): string {
  return `${cluster}-node-${String(index).padStart(2, "0")}`;
}

/**
 * Pods of one cluster, the same for the same name and count: 200 apps in 4 tiers, 3 environments and 100 namespaces; 90 % run (3 % of these
 * in a crash loop), the others are Pending, Succeeded and Failed. With what admission adds about 3.8 KB of JSON, 6.8 KB with managedFields.
 */
export function* podFixtures(cluster: string, count: number, nodes: number): Generator<PodFixture> {
  const random = createSeededRandom(Array.from(cluster).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const sets = Array.from({ length: appCount }, () => random.suffix(9));
  for (let index = 0; index < count; index++) {
    const app = index % appCount;
    const replicaSet = `${appName(app)}-${sets[app]}`;
    yield {
      pod: {
        metadata: {
          name: `${replicaSet}-${random.suffix(5)}`,
          namespace: namespaceName(app),
          labels: {
            app: appName(app),
            tier: tiers[app % tiers.length] ?? "",
            environment: environments[app % environments.length] ?? "",
            "app.kubernetes.io/name": appName(app),
            "pod-template-hash": sets[app] ?? "",
          },
          annotations: {
            "prometheus.io/scrape": "true",
            "checksum/config": random.suffix(40),
          },
          ownerReferences: [
            {
              apiVersion: "apps/v1",
              kind: "ReplicaSet",
              name: replicaSet,
              uid: `00000000-0000-4000-8000-${String(app).padStart(12, "0")}`,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          containers: [appContainer(app, random), proxyContainer(app, random)],
          nodeName: nodeName(cluster, random.below(nodes)),
          restartPolicy: "Always",
          terminationGracePeriodSeconds: 30,
          serviceAccountName: "default",
          volumes: [{ name: "config", configMap: { name: `${appName(app)}-config` } }],
        },
      },
      status: podStatus(index, random),
    };
  }
}

function appContainer(app: number, random: SeededRandom): object {
  return {
    ...proxyContainer(app, random),
    name: "app",
    image: `registry.example/shop/app-${app % 40}:1.${app % 17}.${random.below(9)}`,
    env: [
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "LOG_LEVEL", value: random.pick(["info", "debug", "warn"]) },
    ],
    readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10 },
    volumeMounts: [{ name: "config", mountPath: "/etc/shop", readOnly: true }],
  };
}

function proxyContainer(app: number, random: SeededRandom): object {
  return {
    name: "proxy",
    image: `registry.example/shop/proxy:2.${app % 5}.${random.below(9)}`,
    ports: [{ name: "http", containerPort: 8080 }],
    resources: {
      requests: { cpu: random.pick(["50m", "100m", "250m"]), memory: random.pick(["64Mi", "128Mi", "256Mi"]) },
      limits: { memory: "512Mi" },
    },
  };
}

type Shape = "running" | "crashing" | "pending" | "succeeded" | "failed";

function shapeOf(random: SeededRandom): Shape {
  if (random.next() < 0.9) return random.next() < 0.03 ? "crashing" : "running";
  return random.pick(["pending", "succeeded", "failed"] as const);
}

const phases = {
  running: "Running",
  crashing: "Running",
  pending: "Pending",
  succeeded: "Succeeded",
  failed: "Failed",
} as const;

function podStatus(index: number, random: SeededRandom): object {
  const shape = shapeOf(random);
  const ready = shape === "running" ? "True" : "False";
  const condition = (type: string, status: string): object => ({
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: startedAt,
  });
  const ip = `10.${(index >> 14) & 255}.${(index >> 7) & 127}.${(index & 127) + 1}`;
  return {
    phase: phases[shape],
    startTime: startedAt,
    hostIP: "10.0.0.1",
    qosClass: "Burstable",
    ...(shape === "pending" ? {} : { podIP: ip, podIPs: [{ ip }] }),
    conditions: [condition("Ready", ready), condition("ContainersReady", ready), condition("PodScheduled", "True")],
    containerStatuses: ["app", "proxy"].map((name) => containerStatus(name, shape, random)),
  };
}

function containerStatus(name: string, shape: Shape, random: SeededRandom): object {
  const exit = (reason: string, exitCode: number): object => ({
    terminated: { reason, exitCode, startedAt, finishedAt: startedAt },
  });
  const states: Readonly<Record<Shape, object>> = {
    running: { running: { startedAt } },
    crashing: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" } },
    pending: { waiting: { reason: "ContainerCreating" } },
    succeeded: exit("Completed", 0),
    failed: exit("Error", 1),
  };
  return {
    name,
    image: `registry.example/shop/${name}:1`,
    imageID: shape === "pending" ? "" : `sha256:${random.suffix(40)}`,
    ...(shape === "pending" ? {} : { containerID: `containerd://${random.suffix(40)}` }),
    ready: shape === "running",
    started: shape === "running",
    restartCount: shape === "crashing" ? 5 + random.below(50) : random.below(3),
    state: states[shape],
  };
}

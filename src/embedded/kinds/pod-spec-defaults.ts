import { ensureObject, isJsonObject, itemsAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

/** Sets what is absent. */
export function fill(target: JsonObject, values: JsonObject): void {
  for (const [key, value] of Object.entries(values)) {
    if (target[key] === undefined || target[key] === null) target[key] = value;
  }
}

/** "Always" for an image without a tag or with `latest`, and no digest. */
function toPullPolicy(image: unknown): string {
  const name = typeof image === "string" ? image : "";
  if (name.includes("@")) return "IfNotPresent";
  const last = name.slice(name.lastIndexOf("/") + 1);
  return !last.includes(":") || last.endsWith(":latest") ? "Always" : "IfNotPresent";
}

function setHandlerDefaults(handler: unknown): void {
  if (!isJsonObject(handler)) return;
  if (isJsonObject(handler["httpGet"])) fill(handler["httpGet"], { path: "/", scheme: "HTTP" });
  if (isJsonObject(handler["grpc"])) fill(handler["grpc"], { service: "" });
}

function setProbeDefaults(probe: unknown): void {
  if (!isJsonObject(probe)) return;
  setHandlerDefaults(probe);
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
}

/** Of a pod itself, not of a template: requests that are not stated are the limits. */
export function setRequestDefaults(spec: JsonObject): void {
  for (const list of ["initContainers", "containers"]) {
    for (const container of itemsAt(spec, list).filter(isJsonObject)) {
      const resources = container["resources"];
      const limits = isJsonObject(resources) ? resources["limits"] : undefined;
      if (isJsonObject(resources) && isJsonObject(limits)) fill(ensureObject(resources, "requests"), limits);
    }
  }
}

function setContainerDefaults(container: JsonObject): void {
  fill(container, {
    imagePullPolicy: toPullPolicy(container["image"]),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: {},
  });
  for (const port of itemsAt(container, "ports")) if (isJsonObject(port)) fill(port, { protocol: "TCP" });
  for (const variable of itemsAt(container, "env")) {
    const source = isJsonObject(variable) ? variable["valueFrom"] : undefined;
    const field = isJsonObject(source) ? source["fieldRef"] : undefined;
    if (isJsonObject(field)) fill(field, { apiVersion: "v1" });
  }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) setProbeDefaults(container[probe]);
  const lifecycle = container["lifecycle"];
  if (isJsonObject(lifecycle)) for (const hook of ["postStart", "preStop"]) setHandlerDefaults(lifecycle[hook]);
}

/** Sources of a volume that carry a file mode. */
const modeSources = ["secret", "configMap", "projected", "downwardAPI"];

function setVolumeDefaults(volume: JsonObject): void {
  if (Object.keys(volume).every((key) => key === "name")) volume["emptyDir"] = {};
  for (const source of modeSources) {
    const found = volume[source];
    if (isJsonObject(found)) fill(found, { defaultMode: 420 });
  }
  if (isJsonObject(volume["hostPath"])) fill(volume["hostPath"], { type: "" });
}

/** What API defaulting fills into a pod's spec, in a pod or in a template. */
export function setPodSpecDefaults(spec: JsonObject): void {
  fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  if (spec["serviceAccountName"] !== undefined) spec["serviceAccount"] ??= spec["serviceAccountName"];
  for (const list of ["initContainers", "containers"]) {
    for (const container of itemsAt(spec, list)) if (isJsonObject(container)) setContainerDefaults(container);
  }
  for (const volume of itemsAt(spec, "volumes")) if (isJsonObject(volume)) setVolumeDefaults(volume);
}

/** The same for `spec.template` of a workload; nothing where there is none. */
export function setTemplateDefaults(owner: unknown): void {
  const template = isJsonObject(owner) ? owner["template"] : undefined;
  if (!isJsonObject(template)) return;
  if (isJsonObject(template["spec"])) setPodSpecDefaults(template["spec"]);
}

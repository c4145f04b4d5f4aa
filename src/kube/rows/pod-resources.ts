import { maxQuantity, parseQuantity, sumQuantities } from "../quantity.ts";
import { isRecord, toRecord, toRecords } from "../read-json.ts";
import type { Interner } from "../interner.ts";
import { isSidecar } from "./pod-containers.ts";
import { toAmounts } from "./resource-amounts.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { Amounts } from "./resource-amounts.ts";

type Kind = "requests" | "limits";

/** What a container without a limit may take all of. Of anything else (devices, huge pages) it gets none unless it says so. */
const unlimitedWithoutLimit = ["cpu", "memory", "ephemeral-storage"];

/**
 * Effective amounts of a pod as the scheduler counts them (k8s.io/component-helpers resource: PodRequests, PodLimits):
 * - running containers and sidecars add up; an init container needs its own and that of the sidecars before it (KEP-753); the larger counts;
 * - while a resize is under way, the larger of what is wanted and what is given; what is given where the resize cannot be done (KEP-1287);
 * - pod-level cpu, memory and huge pages replace the sum (KEP-2837);
 * - overhead comes on top; of limits only where there is one.
 * A pod that has finished holds nothing: what it stated is "0".
 * Of limits, cpu, memory and local disk have none as soon as one container that takes part has none.
 */
export function toEffectiveAmounts(pod: KubeObject, kind: Kind): Amounts {
  const spec = toRecord(pod.spec);
  const status = toRecord(pod.status);
  const total = new Map(addUpContainers(pod, kind));
  for (const [name, quantity] of toAmounts(toRecord(spec.resources)[kind])) {
    if (isPodLevel(name)) total.set(name, quantity);
  }
  for (const [name, quantity] of toAmounts(spec.overhead)) {
    const before = total.get(name);
    if (kind === "limits" && (before === undefined || parseQuantity(before) === 0n)) continue;
    total.set(name, before === undefined ? quantity : sumQuantities([before, quantity]));
  }
  if (status.phase !== "Succeeded" && status.phase !== "Failed") return total;
  return new Map([...total.keys()].map((name) => [name, "0"]));
}

/** Text of everything that the effective amounts depend on: pods with the same text have the same amounts. */
export function toAmountsKey(pod: KubeObject, interner: Interner): string {
  const spec = toRecord(pod.spec);
  const status = toRecord(pod.status);
  const isOver = status.phase === "Succeeded" || status.phase === "Failed";
  const tokenOf = (value: unknown): string =>
    typeof value === "object" && value !== null ? interner.token(value, toKey) : toKey(value);
  const stated = (containers: unknown): string => {
    let key = "";
    for (const { name, resources, restartPolicy } of toRecords(containers))
      key += ` ${toKey(name)} ${toKey(restartPolicy)} ${tokenOf(resources)}`;
    return key;
  };
  const reported = (statuses: unknown): string => {
    let key = "";
    for (const { name, resources, allocatedResources } of toRecords(statuses))
      if (resources !== undefined) key += ` ${toKey(name)} ${tokenOf(resources)} ${tokenOf(allocatedResources)}`;
    return key;
  };
  const whole = `${isOver} ${isResizeInfeasible(status)} ${tokenOf(spec.resources)} ${tokenOf(spec.overhead)}`;
  const initial = `${stated(spec.initContainers)},${reported(status.initContainerStatuses)}`;
  return `${whole}${stated(spec.containers)},${reported(status.containerStatuses)},${initial}`;
}

/** Text that only an equal value has; lengths go before texts, so that none can pass for several. Some times faster than JSON. */
function toKey(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return `${value.length}:${value}`;
  if (!isRecord(value)) return JSON.stringify(value);
  let key = "{";
  for (const name of Object.keys(value)) key += `${name.length}:${name}=${toKey(value[name])}`;
  return `${key}}`;
}

function addUpContainers(pod: KubeObject, kind: Kind): Amounts {
  const spec = toRecord(pod.spec);
  const status = toRecord(pod.status);
  const infeasible = isResizeInfeasible(status);
  const regular = toRecords(spec.containers);
  const initial = toRecords(spec.initContainers);
  const amountsOf = (container: JsonRecord, statuses: unknown): Amounts => {
    const reported = toRecords(statuses).find(({ name }) => name === container.name);
    return toContainerAmounts(container, reported, { kind, infeasible });
  };

  // One container and nothing else, which is most pods: as it is written.
  let running: Amounts = new Map();
  for (const container of regular) running = add(running, amountsOf(container, status.containerStatuses));
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of initial) {
    if (isSidecar(container)) {
      const amounts = amountsOf(container, status.initContainerStatuses);
      running = add(running, amounts);
      sidecars = add(sidecars, amounts);
      starting = larger(starting, sidecars);
    } else {
      starting = larger(starting, add(toAmounts(toRecord(container.resources)[kind]), sidecars));
    }
  }
  const total = new Map(larger(running, starting));
  if (kind === "limits") {
    for (const name of unlimitedWithoutLimit) {
      const bounded = [...regular, ...initial].every(
        ({ resources }) => toRecord(toRecord(resources).limits)[name] !== undefined,
      );
      if (!bounded) total.delete(name);
    }
  }
  return total;
}

function toContainerAmounts(
  container: JsonRecord,
  status: JsonRecord | undefined,
  { kind, infeasible }: { readonly kind: Kind; readonly infeasible: boolean },
): Amounts {
  const wanted = toAmounts(toRecord(container.resources)[kind]);
  if (status === undefined || !isRecord(status.resources)) return wanted;
  const actual = toAmounts(status.resources[kind]);
  const given = kind === "requests" ? larger(actual, toAmounts(status.allocatedResources)) : actual;
  return infeasible ? given : larger(wanted, given);
}

/** KEP-1287: the kubelet has said that the node can never hold what is wanted. */
function isResizeInfeasible(status: JsonRecord): boolean {
  return toRecords(status.conditions).some(
    ({ type, reason }) => type === "PodResizePending" && reason === "Infeasible",
  );
}

/** What may be stated for a pod as a whole (KEP-2837). */
function isPodLevel(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

function add(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, (one, other) => sumQuantities([one, other]));
}

function larger(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, maxQuantity);
}

function merge(a: Amounts, b: Amounts, join: (one: string, other: string) => string): Amounts {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const merged = new Map(a);
  for (const [name, quantity] of b) {
    const before = merged.get(name);
    merged.set(name, before === undefined ? quantity : join(before, quantity));
  }
  return merged;
}

import { readEnvelope, readFields, toText } from "./protobuf.ts";

/**
 * metav1.DeleteOptions in Kubernetes' protobuf envelope, as JSON would have it: `kubectl drain` sends its deletions in nothing else. Field numbers
 * are those of k8s.io/apimachinery's generated.proto. Throws 400.
 */
export function parseProtobufDeleteOptions(bytes: Uint8Array): Record<string, unknown> {
  const raw = readEnvelope(bytes);
  const options: Record<string, unknown> = {};
  if (raw === undefined) return options;
  for (const { number, value } of readFields(raw)) {
    if (number === 1) options["gracePeriodSeconds"] = value;
    if (number === 2 && value instanceof Uint8Array) options["preconditions"] = toPreconditions(value);
    if (number === 3 && value === 1) options["propagationPolicy"] ??= "Orphan";
    if (number === 4 && value instanceof Uint8Array) options["propagationPolicy"] = toText(value);
    if (number === 5 && value instanceof Uint8Array) options["dryRun"] = [toText(value)];
  }
  return options;
}

function toPreconditions(bytes: Uint8Array): Record<string, string> {
  const names: Readonly<Record<number, string>> = { 1: "uid", 2: "resourceVersion" };
  const known = readFields(bytes).flatMap(({ number, value }) => {
    const name = names[number];
    return name !== undefined && value instanceof Uint8Array ? [[name, toText(value)] as const] : [];
  });
  return Object.fromEntries(known);
}

import { createHash } from "node:crypto";
import { isSame } from "./controller.ts";
import type { PodTemplate } from "./pods-of-template.ts";

/** Label of a ReplicaSet and its pods. */
export const hashLabel = "pod-template-hash";

/** Letters and digits that spell no words, those of Kubernetes' rand.SafeEncodeString. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Ten characters that name a template, whatever the order of its keys. */
export function hashTemplate(template: PodTemplate): string {
  const digest = createHash("sha256")
    .update(JSON.stringify(sorted(withoutHash(template))))
    .digest();
  return Array.from(digest.subarray(0, 10), (byte) => alphabet[byte % alphabet.length]).join("");
}

/** Whether two templates want the same pods; the label that the Deployment controller adds does not count. */
export function isSameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return isSame(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

import { alwaysCached } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";

interface Known {
  readonly key: string;
  readonly names: ReadonlySet<ResourceName>;
}

/** By list: those of operations are the same lists again and again. */
const known = new WeakMap<readonly ResourceId[], Known>();

function look(kinds: readonly ResourceId[]): Known {
  let found = known.get(kinds);
  if (found === undefined) {
    const names = new Set(kinds.map(toResourceName));
    known.set(kinds, (found = { key: [...names].sort().join(" "), names }));
  }
  return found;
}

/** Equal for the same kinds in any order. */
export function keyOfKinds(kinds: readonly ResourceId[]): string {
  return look(kinds).key;
}

export function namesOfKinds(kinds: readonly ResourceId[]): ReadonlySet<ResourceName> {
  return look(kinds).names;
}

/** Both, each kind once; `kinds` itself where there is nothing to add. */
export function withKinds(kinds: readonly ResourceId[], more: readonly ResourceId[]): readonly ResourceId[] {
  const { names } = look(kinds);
  const added = more.filter((kind) => !names.has(toResourceName(kind)));
  return added.length === 0 ? kinds : [...kinds, ...added];
}

/** Those of operations that do not say what they read: all that is always cached. */
export const anyKinds: readonly ResourceId[] = alwaysCached;

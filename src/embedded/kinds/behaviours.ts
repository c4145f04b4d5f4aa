import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { namespaceBehaviour } from "./namespace.ts";
import { nodeBehaviour } from "./node.ts";
import { podBehaviour } from "./pod.ts";

/** By storage name. A kind that is not here has nothing of its own. */
export const behaviours: Readonly<Record<string, KindBehaviour>> = {
  namespaces: namespaceBehaviour,
  nodes: nodeBehaviour,
  pods: podBehaviour,
};

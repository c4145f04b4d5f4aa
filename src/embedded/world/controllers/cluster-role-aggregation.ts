import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import { itemsAt } from "../../json-value.ts";
import { selectsLabels } from "../../kinds/selects-labels.ts";
import { isSame, isTerminating, keyOf, splitKey, writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const manager = "clusterrole-aggregation-controller";

export const clusterRoles: ResourceId = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
};

/** Fills the rules of a ClusterRole that has an aggregationRule with those of the ClusterRoles it selects: `admin`, `edit` and `view` are such. */
export function createClusterRoleAggregation({ client, view }: ControllerContext): Controller {
  const selectorsOf = (role: KubeObject): readonly unknown[] =>
    itemsAt(role, "aggregationRule", "clusterRoleSelectors");
  return {
    name: manager,
    // Whatever changed may have been, or may be now, selected by any of them.
    keysFor: (resource) =>
      toResourceName(resource) === toResourceName(clusterRoles)
        ? view
            .list(clusterRoles)
            .filter((role) => selectorsOf(role).length > 0)
            .map(keyOf)
        : [],
    async reconcile(key, signal) {
      const role = view.get(clusterRoles, "", splitKey(key).name);
      if (role === undefined || isTerminating(role)) return;
      const selectors = selectorsOf(role);
      if (selectors.length === 0) return;
      const rules: unknown[] = [];
      const others = view.list(clusterRoles).filter(({ metadata }) => metadata.name !== role.metadata.name);
      others.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const selector of selectors) {
        for (const other of others) {
          if (!selectsLabels(selector, other.metadata.labels ?? {})) continue;
          rules.push(...itemsAt(other, "rules").filter((rule) => !rules.some((known) => isSame(known, rule))));
        }
      }
      if (!isSame(rules, itemsAt(role, "rules"))) {
        await client.replace(clusterRoles, { ...role, rules }, writeOptions(signal, manager));
      }
    },
  };
}

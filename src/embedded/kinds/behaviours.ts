import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { accessReviewBehaviour, localAccessReviewBehaviour, rulesReviewBehaviour, selfAccessReviewBehaviour } from "./access-reviews.ts"; // prettier-ignore
import { configMapBehaviour, resourceQuotaBehaviour, secretBehaviour, serviceAccountBehaviour } from "./config.ts";
import { endpointSliceBehaviour, eventBehaviour, leaseBehaviour } from "./coordination.ts";
import { customResourceDefinitionBehaviour } from "./custom-resource-definition.ts";
import { namespaceBehaviour } from "./namespace.ts";
import { nodeBehaviour } from "./node.ts";
import { podBehaviour } from "./pod.ts";
import { clusterRoleBehaviour, clusterRoleBindingBehaviour, roleBehaviour, roleBindingBehaviour } from "./rbac.ts";
import { serviceBehaviour } from "./service.ts";
import { selfReviewBehaviour, tokenReviewBehaviour } from "./token-review.ts";
import {
  cronJobBehaviour,
  daemonSetBehaviour,
  deploymentBehaviour,
  jobBehaviour,
  replicaSetBehaviour,
  statefulSetBehaviour,
} from "./workloads.ts";

/** By storage name. A kind that is not here has nothing of its own. */
export const behaviours: Readonly<Record<string, KindBehaviour>> = {
  configmaps: configMapBehaviour,
  events: eventBehaviour,
  namespaces: namespaceBehaviour,
  nodes: nodeBehaviour,
  pods: podBehaviour,
  resourcequotas: resourceQuotaBehaviour,
  secrets: secretBehaviour,
  serviceaccounts: serviceAccountBehaviour,
  services: serviceBehaviour,
  "daemonsets.apps": daemonSetBehaviour,
  "deployments.apps": deploymentBehaviour,
  "replicasets.apps": replicaSetBehaviour,
  "statefulsets.apps": statefulSetBehaviour,
  "cronjobs.batch": cronJobBehaviour,
  "jobs.batch": jobBehaviour,
  "leases.coordination.k8s.io": leaseBehaviour,
  "endpointslices.discovery.k8s.io": endpointSliceBehaviour,
  "clusterrolebindings.rbac.authorization.k8s.io": clusterRoleBindingBehaviour,
  "clusterroles.rbac.authorization.k8s.io": clusterRoleBehaviour,
  "rolebindings.rbac.authorization.k8s.io": roleBindingBehaviour,
  "roles.rbac.authorization.k8s.io": roleBehaviour,
  "customresourcedefinitions.apiextensions.k8s.io": customResourceDefinitionBehaviour,
  "localsubjectaccessreviews.authorization.k8s.io": localAccessReviewBehaviour,
  "selfsubjectaccessreviews.authorization.k8s.io": selfAccessReviewBehaviour,
  "subjectaccessreviews.authorization.k8s.io": accessReviewBehaviour,
  "selfsubjectrulesreviews.authorization.k8s.io": rulesReviewBehaviour,
  "selfsubjectreviews.authentication.k8s.io": selfReviewBehaviour,
  "tokenreviews.authentication.k8s.io": tokenReviewBehaviour,
};

import type { ConfigReferenceRow, ContainerRow, PodRow } from "../../kube/rows/row.ts";
import { listField, relationField } from "../where/composite-fields.ts";
import { booleanField, numberField, stringField, timeField } from "../where/scalar-fields.ts";
import type { WhereFields } from "../where/predicate.ts";
import { amountFigures, quantityOrder } from "./amount-figures.ts";
import {
  amountsField,
  defaultOrder,
  healthField,
  objectKind,
  objectOrder,
  objectWhere,
  timeOrder,
} from "./object-kind.ts";
import type { KindSpec } from "./kind-spec.ts";
import { settledField } from "../where/settled-field.ts";

const containerFields: WhereFields<ContainerRow> = {
  name: stringField((container) => container.name),
  image: stringField((container) => container.image),
  ready: booleanField((container) => container.ready),
  restarts: numberField((container) => container.restarts),
  state: stringField((container) => container.state),
  reason: stringField((container) => container.reason),
};

const referenceFields: WhereFields<ConfigReferenceRow> = {
  kind: stringField((reference) => reference.kind),
  name: stringField((reference) => reference.name),
};

export const podKind: KindSpec<PodRow> = {
  name: "Pod",
  where: {
    ...objectWhere,
    phase: stringField((pod) => pod.phase),
    reason: stringField((pod) => pod.reason),
    ready: booleanField((pod) => pod.ready),
    restarts: numberField((pod) => pod.restarts),
    health: healthField(),
    ip: stringField((pod) => pod.ip),
    nodeName: stringField((pod) => pod.nodeName),
    node: settledField(
      relationField(
        (pod, { relations }) => relations.podNode(pod),
        ({ kinds }) => kinds.ClusterNode.where,
      ),
    ),
    workload: settledField(
      relationField(
        (pod, { relations }) => relations.podWorkload(pod),
        ({ kinds }) => kinds.Workload.where,
      ),
    ),
    serviceAccountName: stringField((pod) => pod.serviceAccountName),
    startedAt: timeField((pod) => pod.startedAt),
    requests: amountsField((pod) => pod.requests),
    limits: amountsField((pod) => pod.limits),
    containers: listField((pod) => pod.containerRows, containerFields),
    configReferences: listField((pod) => pod.configReferenceRows, referenceFields),
  },
  order: {
    ...objectOrder,
    PHASE: { type: "text", read: (pod) => pod.phase },
    REASON: { type: "text", read: (pod) => pod.reason },
    RESTARTS: { type: "number", read: (pod) => pod.restarts },
    NODE_NAME: { type: "text", read: (pod) => pod.nodeName },
    STARTED_AT: timeOrder((pod) => pod.startedAt),
    CPU_REQUESTS: quantityOrder((pod) => pod.requests.cpu),
    MEMORY_REQUESTS: quantityOrder((pod) => pod.requests.memory),
  },
  defaultOrder,
  groups: {
    ...objectKind.groups,
    NODE: (pod) => pod.nodeName,
    PHASE: (pod) => pod.phase,
    REASON: (pod) => pod.reason,
    HEALTH: (pod) => pod.health.state,
    WORKLOAD: (pod, relations) => {
      const workload = relations.podWorkload(pod);
      return workload === null ? null : `${workload.kind}/${workload.name}`;
    },
    CONTINENT: (pod, relations) => relations.podNode(pod)?.geo?.continent ?? null,
    COUNTRY_ISO: (pod, relations) => relations.podNode(pod)?.geo?.countryIso ?? null,
    STATE_ISO: (pod, relations) => relations.podNode(pod)?.geo?.stateIso ?? null,
    CITY: (pod, relations) => relations.podNode(pod)?.geo?.city ?? null,
  },
  figures: {
    restarts: (pod) => pod.restarts,
    requests: amountFigures((pod) => pod.requests),
    limits: amountFigures((pod) => pod.limits),
  },
};

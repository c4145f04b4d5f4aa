import type { GeoRow, NodeRow, TaintRow } from "../../kube/rows/row.ts";
import { listField, objectField } from "../where/composite-fields.ts";
import { booleanField, numberField, stringField } from "../where/scalar-fields.ts";
import type { WhereFields } from "../where/predicate.ts";
import { amountFigures, quantityOrder } from "./amount-figures.ts";
import { amountsField, clusterScopedWhere, defaultOrder, healthField, objectOrder } from "./object-kind.ts";
import type { KindSpec } from "./kind-spec.ts";
import { settledField } from "../where/settled-field.ts";

const geoFields: WhereFields<GeoRow> = {
  continent: stringField((geo) => geo.continent),
  countryIso: stringField((geo) => geo.countryIso),
  stateIso: stringField((geo) => geo.stateIso),
  city: stringField((geo) => geo.city),
  latitude: numberField((geo) => geo.latitude),
  longitude: numberField((geo) => geo.longitude),
};

const taintFields: WhereFields<TaintRow> = {
  key: stringField((taint) => taint.key),
  value: stringField((taint) => taint.value),
  effect: stringField((taint) => taint.effect),
};

export const nodeKind: KindSpec<NodeRow> = {
  name: "ClusterNode",
  where: {
    ...clusterScopedWhere,
    ready: booleanField((node) => node.ready),
    schedulable: booleanField((node) => node.schedulable),
    health: healthField(),
    kubeletVersion: stringField((node) => node.kubeletVersion),
    architecture: stringField((node) => node.architecture),
    geo: objectField((node) => node.geo, geoFields),
    taints: listField((node) => node.taints, taintFields),
    capacity: amountsField((node) => node.capacity),
    allocatable: amountsField((node) => node.allocatable),
    pods: settledField(
      listField(
        (node, { relations }) => relations.nodePods(node),
        ({ kinds }) => kinds.Pod.where,
      ),
    ),
  },
  order: {
    CLUSTER: objectOrder["CLUSTER"]!,
    NAME: objectOrder["NAME"]!,
    CREATED_AT: objectOrder["CREATED_AT"]!,
    KUBELET_VERSION: { type: "text", read: (node) => node.kubeletVersion },
    COUNTRY_ISO: { type: "text", read: (node) => node.geo?.countryIso ?? null },
    CPU_ALLOCATABLE: quantityOrder((node) => node.allocatable.cpu),
    MEMORY_ALLOCATABLE: quantityOrder((node) => node.allocatable.memory),
  },
  defaultOrder: defaultOrder.filter(({ field }) => field !== "NAMESPACE"),
  groups: {
    CLUSTER: (node) => node.clusterName,
    READY: (node) => String(node.ready),
    SCHEDULABLE: (node) => String(node.schedulable),
    HEALTH: (node) => node.health.state,
    KUBELET_VERSION: (node) => node.kubeletVersion,
    ARCHITECTURE: (node) => node.architecture,
    CONTINENT: (node) => node.geo?.continent ?? null,
    COUNTRY_ISO: (node) => node.geo?.countryIso ?? null,
    STATE_ISO: (node) => node.geo?.stateIso ?? null,
    CITY: (node) => node.geo?.city ?? null,
  },
  figures: {
    capacity: amountFigures((node) => node.capacity),
    allocatable: amountFigures((node) => node.allocatable),
  },
};

import { specifiedDirectives } from "graphql";
import type { GraphQLSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import type { ClassType, PubSub } from "type-graphql";
import { GenericResource } from "../schema/generic-resource.ts";
import { systemClock } from "../src/lib/clock.ts";
import type { Clock } from "../src/lib/clock.ts";
import { attachFields } from "./attach-fields.ts";
import { attachCosts } from "./field-costs.ts";
import { ChangeSubscriptions } from "./change-subscriptions.ts";
import { EventQueries } from "./event-queries.ts";
import { fieldResolvers } from "./field-resolvers.ts";
import { FleetQueries } from "./fleet-queries.ts";
import { NamespaceQueries } from "./namespace-queries.ts";
import { NodeQueries } from "./node-queries.ts";
import { PodQueries } from "./pod-queries.ts";
import { markRowFields } from "./row-marks.ts";
import { ResourceQueries } from "./resource-queries.ts";
import { createFieldTables } from "./rows/field-tables.ts";
import { ServiceQueries } from "./service-queries.ts";
import { federationDirectives } from "./subgraph/federation-directives.ts";
import { printPublic } from "./subgraph/print-public.ts";
import { WorkloadQueries } from "./workload-queries.ts";
import { WriteMutations } from "./write-mutations.ts";

const rootResolvers: readonly ClassType[] = [
  FleetQueries,
  NodeQueries,
  NamespaceQueries,
  PodQueries,
  WorkloadQueries,
  ServiceQueries,
  EventQueries,
  ResourceQueries,
  WriteMutations,
  ChangeSubscriptions,
];

const rootDescriptions = {
  Query: "Reads. One operation reads one snapshot of the store; lists need the right to list, single objects to get.",
  Mutation:
    "Writes, as the caller, to clusters with write: true. Each takes one input and answers when its write is visible here, or after 1 s.",
  Subscription: "Streams, over WebSocket and SSE. They need list and watch; rights are asked for each message.",
};

export interface FleetSchemaOptions {
  /** What ages are counted by. */
  readonly clock?: Clock;
}

/**
 * The executable schema of the public API: it never depends on which clusters are connected, and its fields read nothing but their source
 * and the RequestContext given as context value. Costs some 100 ms; one is enough for a process.
 */
export function buildFleetSchema({ clock = systemClock }: FleetSchemaOptions = {}): GraphQLSchema {
  const classes = [...rootResolvers, ...Object.values(fieldResolvers)] as [ClassType, ...ClassType[]];
  const instances = new Map<unknown, object>(classes.map((each) => [each, new each() as object]));
  const schema = buildSchemaSync({
    resolvers: classes,
    // No field names it: relations to any kind give the interface.
    orphanedTypes: [GenericResource],
    directives: [...specifiedDirectives, ...federationDirectives],
    container: { get: (each) => instances.get(each) },
    pubSub: noPubSub,
    validate: false,
    // An introspection query, 0.2 s at each start. graphql-js checks the same before it executes anything.
    skipCheck: true,
  });
  const tables = createFieldTables(clock);
  attachFields(schema, {
    tables,
    resolvers: new Map(Object.entries(fieldResolvers).map(([name, each]) => [name, instances.get(each) as object])),
    descriptions: rootDescriptions,
    roots: rootResolvers.map((each) => instances.get(each) as object),
  });
  attachCosts(schema);
  markRowFields(schema, tables);
  return schema;
}

/** The public SDL as it is by default. */
export function emitSchema(): string {
  return printPublic(buildFleetSchema(), "");
}

/** type-graphql asks for one; our subscriptions bring their own iterables. */
const noPubSub: PubSub = {
  publish() {
    throw new Error("nothing is published: subscriptions read the change log");
  },
  subscribe() {
    throw new Error("nothing is published: subscriptions read the change log");
  },
};

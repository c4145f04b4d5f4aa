import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Cluster } from "../schema/cluster.ts";
import { EventConnection } from "../schema/event-connection.ts";
import { LabelArgs, ManifestArgs } from "../schema/field-args.ts";
import { KubernetesObject } from "../schema/kubernetes-object.ts";
import { EventsOfArgs } from "../schema/relation-args.ts";
import { JsonScalar } from "../schema/scalars/json.ts";
import type { ObjectRow } from "../src/kube/rows/row.ts";
import type { ListArgs, RequestContext } from "../src/loaders/request-context.ts";

/** What every object is related to, and its fields with arguments. */
@Resolver(() => KubernetesObject)
export class KubernetesObjectResolver {
  @FieldResolver(() => String, { nullable: true, description: "Value of one label; null where absent." })
  label(@Root() row: ObjectRow, @Ctx() _context: RequestContext, @Args(() => LabelArgs) args: LabelArgs) {
    return Object.hasOwn(row.labelMap, args.key) ? row.labelMap[args.key] : null;
  }

  @FieldResolver(() => Cluster, {
    description: "The cluster that id and the natural-key getters name: where the object was created.",
  })
  cluster(@Root() row: ObjectRow, @Ctx() context: RequestContext) {
    return context.loaders.cluster(row.clusterName);
  }

  @FieldResolver(() => Cluster, {
    nullable: true,
    description:
      "Origin of the controlling owner, or of the object itself where it has none; null where the caller may not see that cluster.",
  })
  home(@Root() row: ObjectRow, @Ctx() context: RequestContext) {
    return context.loaders.home(row);
  }

  @FieldResolver(() => Cluster, {
    nullable: true,
    description:
      "The cluster this state was read from: where the object runs now; null where the caller may not see that cluster.",
  })
  servedBy(@Root() row: ObjectRow, @Ctx() context: RequestContext) {
    return context.loaders.servedBy(row);
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description:
      "The object without managedFields; values of a Secret are null. Read-only by intent: it lacks what a full replace needs. null where the stored bytes are damaged.",
  })
  manifest(@Root() row: ObjectRow, @Ctx() context: RequestContext, @Args(() => ManifestArgs) args: ManifestArgs) {
    return context.loaders.manifest(row, args.format);
  }

  @FieldResolver(() => EventConnection, { description: "Kubernetes events about this object." })
  events(@Root() row: ObjectRow, @Ctx() context: RequestContext, @Args(() => EventsOfArgs) args: ListArgs) {
    return context.loaders.eventsOf(row, args);
  }
}

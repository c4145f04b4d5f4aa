import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { ClassType } from "type-graphql";
import { ApplyResourceInput, ApplyResourcePayload } from "../schema/apply-resource.ts";
import { CordonNodeInput, CordonNodePayload } from "../schema/cordon-node.ts";
import { DeleteResourceInput, DeleteResourcePayload } from "../schema/delete-resource.ts";
import { LabelResourceInput, LabelResourcePayload } from "../schema/label-resource.ts";
import { PatchResourceInput, PatchResourcePayload } from "../schema/patch-resource.ts";
import { RestartWorkloadInput, RestartWorkloadPayload } from "../schema/restart-workload.ts";
import { ScaleResourceInput, ScaleResourcePayload } from "../schema/scale-resource.ts";
import { UncordonNodeInput, UncordonNodePayload } from "../schema/uncordon-node.ts";
import type { RequestContext, WriteInput, WritePayload, Writers } from "../src/loaders/request-context.ts";

/** Writes, as the caller; each calls one writer. */
@Resolver()
export class WriteMutations {
  @Mutation(() => ApplyResourcePayload, {
    description:
      "Creates or changes an object of any kind by server-side apply, as field manager 'fleetgraph/apply'. Repeatable as it is.",
  })
  applyResource(
    @Ctx() context: RequestContext,
    @Input(() => ApplyResourceInput) input: Parameters<Writers["apply"]>[0],
  ): Promise<WritePayload> {
    return context.writers.apply(input);
  }

  @Mutation(() => PatchResourcePayload, {
    description: "Patches an object of any kind, as field manager 'fleetgraph/patch'.",
  })
  patchResource(
    @Ctx() context: RequestContext,
    @Input(() => PatchResourceInput) input: Parameters<Writers["patch"]>[0],
  ): Promise<WritePayload> {
    return context.writers.patch(input);
  }

  @Mutation(() => DeleteResourcePayload, {
    description: "Deletes an object of any kind; with finalizers it stays, terminating, until they are done.",
  })
  deleteResource(
    @Ctx() context: RequestContext,
    @Input(() => DeleteResourceInput) input: Parameters<Writers["delete"]>[0],
  ): Promise<WritePayload> {
    return context.writers.delete(input);
  }

  @Mutation(() => ScaleResourcePayload, {
    description: "Sets replicas through the scale subresource of any kind that has one; else BAD_USER_INPUT.",
  })
  scaleResource(
    @Ctx() context: RequestContext,
    @Input(() => ScaleResourceInput) input: Parameters<Writers["scale"]>[0],
  ): Promise<WritePayload> {
    return context.writers.scale(input);
  }

  @Mutation(() => LabelResourcePayload, {
    description:
      "Sets and removes labels, as kubectl label --overwrite: a merge patch of those keys, as field manager 'fleetgraph/label'.",
  })
  labelResource(
    @Ctx() context: RequestContext,
    @Input(() => LabelResourceInput) input: Parameters<Writers["label"]>[0],
  ): Promise<WritePayload> {
    return context.writers.label(input);
  }

  @Mutation(() => CordonNodePayload, { description: "Makes a node unschedulable, as kubectl cordon." })
  cordonNode(@Ctx() context: RequestContext, @Input(() => CordonNodeInput) input: WriteInput): Promise<WritePayload> {
    return context.writers.setSchedulable({ ...input, schedulable: false });
  }

  @Mutation(() => UncordonNodePayload, { description: "Makes a node schedulable again, as kubectl uncordon." })
  uncordonNode(
    @Ctx() context: RequestContext,
    @Input(() => UncordonNodeInput) input: WriteInput,
  ): Promise<WritePayload> {
    return context.writers.setSchedulable({ ...input, schedulable: true });
  }

  @Mutation(() => RestartWorkloadPayload, {
    description:
      "Replaces the pods of a Deployment, StatefulSet or DaemonSet one after another, as kubectl rollout restart, by the pod-template annotation fleetgraph.io/restarted.",
  })
  restartWorkload(
    @Ctx() context: RequestContext,
    @Input(() => RestartWorkloadInput) input: Parameters<Writers["restart"]>[0],
  ): Promise<WritePayload> {
    return context.writers.restart(input);
  }
}

/** The one argument of every mutation. */
function Input(type: () => ClassType): ReturnType<typeof Arg> {
  return Arg("input", type, { description: "What to do." });
}

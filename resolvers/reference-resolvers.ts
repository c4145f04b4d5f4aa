import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { ConfigReference } from "../schema/config-reference.ts";
import { KubernetesObject } from "../schema/kubernetes-object.ts";
import { ObjectReference } from "../schema/object-reference.ts";
import { OwnerReference } from "../schema/owner-reference.ts";
import type { RequestContext } from "../src/loaders/request-context.ts";
import type { ConfigReferenceOfPod, OwnerOfRow, ReferenceOfEvent } from "./rows/references.ts";

/** The owner itself. */
@Resolver(() => OwnerReference)
export class OwnerReferenceResolver {
  @FieldResolver(() => KubernetesObject, {
    nullable: true,
    description: "The owner; null where it is gone, has another uid, or may not be seen.",
  })
  object(@Root() owner: OwnerOfRow, @Ctx() context: RequestContext) {
    return context.loaders.ownerObject(owner.row, owner);
  }
}

/** What an event is about. */
@Resolver(() => ObjectReference)
export class ObjectReferenceResolver {
  @FieldResolver(() => KubernetesObject, {
    nullable: true,
    description: "The object; null where it is missing or may not be seen.",
  })
  object(@Root() reference: ReferenceOfEvent, @Ctx() context: RequestContext) {
    return context.loaders.regardingObject(reference.event);
  }
}

/** What a pod is configured by. */
@Resolver(() => ConfigReference)
export class ConfigReferenceResolver {
  @FieldResolver(() => KubernetesObject, {
    nullable: true,
    description: "The object; null where it is missing or may not be seen.",
  })
  object(@Root() reference: ConfigReferenceOfPod, @Ctx() context: RequestContext) {
    return context.loaders.podConfigObject(reference.pod, reference);
  }
}

import { ObjectType } from "type-graphql";
import { ChangeMessage, Objects } from "./change-message.ts";
import { KubernetesObject } from "./kubernetes-object.ts";

@ObjectType({ description: "A message of the stream of objects.", simpleResolvers: true })
export class ResourcesChanged extends ChangeMessage {
  @Objects(() => KubernetesObject)
  readonly objects!: readonly KubernetesObject[];
}

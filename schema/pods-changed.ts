import { ObjectType } from "type-graphql";
import { ChangeMessage, Objects } from "./change-message.ts";
import { Pod } from "./pod.ts";

@ObjectType({ description: "A message of the stream of pods.", simpleResolvers: true })
export class PodsChanged extends ChangeMessage {
  @Objects(() => Pod)
  readonly objects!: readonly Pod[];
}

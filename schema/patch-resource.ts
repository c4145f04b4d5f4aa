import { Field, InputType, ObjectType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { ObjectRef } from "./object-ref.ts";
import { JsonScalar } from "./scalars/json.ts";
import { WriteInput, WritePayload, Written } from "./write.ts";

export const PatchType = createEnum("PatchType", "Form of a patch.", {
  JSON: "RFC 6902: a list of operations.",
  MERGE: "RFC 7386: a partial object; null removes, lists are replaced.",
});
export type PatchType = keyof typeof PatchType;

@InputType({ description: "Input of patchResource." })
export class PatchResourceInput extends WriteInput {
  @Field(() => ObjectRef, { description: "What to patch." })
  readonly object!: ObjectRef;

  @Field(() => PatchType, { defaultValue: "MERGE", description: "Form of the patch." })
  readonly type!: PatchType;

  @Field(() => JsonScalar, { description: "The patch, or a string holding it as JSON or YAML." })
  readonly patch!: unknown;
}

@ObjectType({ description: "Result of patchResource.", simpleResolvers: true })
export class PatchResourcePayload extends WritePayload {
  @Written(() => KubernetesObject)
  readonly object!: KubernetesObject | null;
}

import { Field, ID, InputType } from "type-graphql";

@InputType({
  description:
    "Names one object: id alone, or cluster, apiVersion, kind, name and (where namespaced) namespace; else BAD_USER_INPUT.",
})
export class ObjectRef {
  @Field(() => ID, { nullable: true, description: "From any id field." })
  readonly id?: string | null;

  @Field(() => String, { nullable: true, description: "Name of the cluster it was created in." })
  readonly cluster?: string | null;

  @Field(() => String, { nullable: true, description: "Group and version; 'v1' for a node." })
  readonly apiVersion?: string | null;

  @Field(() => String, { nullable: true, description: "Kind." })
  readonly kind?: string | null;

  @Field(() => String, { nullable: true, description: "Namespace." })
  readonly namespace?: string | null;

  @Field(() => String, { nullable: true, description: "Name." })
  readonly name?: string | null;
}

@InputType({
  description: "What must be true of the object at the moment of writing; else CONFLICT and nothing written.",
})
export class Preconditions {
  @Field(() => String, { nullable: true, description: "metadata.uid." })
  readonly uid?: string | null;

  @Field(() => String, { nullable: true, description: "metadata.resourceVersion." })
  readonly resourceVersion?: string | null;
}

import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "One entry of metadata.ownerReferences.", simpleResolvers: true })
export class OwnerReference {
  @Field(() => String, { description: "Group and version." })
  readonly apiVersion!: string;

  @Field(() => String, { description: "Kind." })
  readonly kind!: string;

  @Field(() => String, { description: "Name, in the same namespace or cluster-scoped." })
  readonly name!: string;

  @Field(() => String, { description: "uid the reference demands." })
  readonly uid!: string;

  @Field(() => Boolean, { description: "Whether this owner controls the object." })
  readonly controller!: boolean;
}

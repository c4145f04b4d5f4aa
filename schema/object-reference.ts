import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "What another object names.", simpleResolvers: true })
export class ObjectReference {
  @Field(() => String, { nullable: true, description: "Group and version; null where the reference has none." })
  readonly apiVersion!: string | null;

  @Field(() => String, { description: "Kind." })
  readonly kind!: string;

  @Field(() => String, { nullable: true, description: "Namespace; null for a cluster-scoped object." })
  readonly namespace!: string | null;

  @Field(() => String, { description: "Name." })
  readonly name!: string;
}

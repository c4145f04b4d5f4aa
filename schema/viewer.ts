import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "Who asks.", simpleResolvers: true })
export class Viewer {
  @Field(() => String, { nullable: true, description: "As the realm vouches; null in auth.mode none." })
  readonly username!: string | null;

  @Field(() => [String], { description: "As the realm vouches." })
  readonly groups!: readonly string[];

  @Field(() => String, { nullable: true, description: "Cluster or issuer that vouched; null in auth.mode none." })
  readonly realm!: string | null;
}

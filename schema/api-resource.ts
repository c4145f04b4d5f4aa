import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "A kind that a cluster serves.", simpleResolvers: true })
export class ApiResource {
  @Field(() => String, { description: "Group and preferred version." })
  readonly apiVersion!: string;

  @Field(() => String, { description: "Kind." })
  readonly kind!: string;

  @Field(() => String, { description: "'deployments'." })
  readonly plural!: string;

  @Field(() => [String], { description: "'deploy'." })
  readonly shortNames!: readonly string[];

  @Field(() => Boolean, { description: "Whether its objects lie in namespaces." })
  readonly namespaced!: boolean;

  @Field(() => [String], { description: "'get', 'list', 'watch'…" })
  readonly verbs!: readonly string[];
}

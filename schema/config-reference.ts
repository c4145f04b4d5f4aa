import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "A ConfigMap or Secret that a pod needs.", simpleResolvers: true })
export class ConfigReference {
  @Field(() => String, { description: "'ConfigMap' or 'Secret'." })
  readonly kind!: string;

  @Field(() => String, { description: "Name, in the pod's namespace." })
  readonly name!: string;

  @Field(() => Boolean, { description: "Whether every use of it is optional." })
  readonly optional!: boolean;
}

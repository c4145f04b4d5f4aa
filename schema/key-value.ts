import { Field, InputType, ObjectType } from "type-graphql";

@ObjectType({ description: "A label, annotation or selector term.", simpleResolvers: true })
export class KeyValue {
  @Field(() => String, { description: "Key, with its prefix." })
  readonly key!: string;

  @Field(() => String, { description: "Value; may be empty." })
  readonly value!: string;
}

@InputType({ description: "A label to set." })
export class KeyValueInput {
  @Field(() => String, { description: "Key." })
  readonly key!: string;

  @Field(() => String, { description: "Value." })
  readonly value!: string;
}

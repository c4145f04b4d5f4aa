import { Field, ID, InterfaceType } from "type-graphql";

@InterfaceType({ description: "Anything with a global id (Relay)." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque, globally unique." })
  readonly id!: string;
}

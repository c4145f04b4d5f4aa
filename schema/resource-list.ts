import { Field, Int, ObjectType } from "type-graphql";
import { BigIntScalar } from "./scalars/big-int.ts";
import { Quantity } from "./scalars/quantity.ts";

@ObjectType({ description: "An amount of one named resource.", simpleResolvers: true })
export class ResourceQuantity {
  @Field(() => String, { description: "Resource name." })
  readonly name!: string;

  @Field(() => Quantity, { description: "Amount." })
  readonly quantity!: string;
}

@ObjectType({
  description: "Amounts of compute resources, Kubernetes' ResourceList; null = not stated.",
  simpleResolvers: true,
})
export class ResourceList {
  @Field(() => Quantity, { nullable: true, description: "Cores." })
  readonly cpu!: string | null;

  @Field(() => BigIntScalar, { nullable: true, description: "The same in thousandths of a core, rounded up." })
  readonly cpuMilli!: bigint | null;

  @Field(() => Quantity, { nullable: true, description: "Bytes." })
  readonly memory!: string | null;

  @Field(() => BigIntScalar, { nullable: true, description: "The same as a number, rounded up." })
  readonly memoryBytes!: bigint | null;

  @Field(() => Quantity, { nullable: true, description: "Bytes of local disk." })
  readonly ephemeralStorage!: string | null;

  @Field(() => BigIntScalar, { nullable: true, description: "The same as a number, rounded up." })
  readonly ephemeralStorageBytes!: bigint | null;

  @Field(() => Int, { nullable: true, description: "Number of pods; only of a node." })
  readonly pods!: number | null;

  @Field(() => [ResourceQuantity], { description: "Everything else: 'nvidia.com/gpu', 'hugepages-2Mi'." })
  readonly others!: readonly ResourceQuantity[];
}

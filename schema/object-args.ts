import { ArgsType, Field, ID } from "type-graphql";
import { ApiVersion, Kind, MaxStalenessOfObject, ReadAfter } from "./arguments.ts";

/** How fresh one object must be. */
@ArgsType()
export class ReadArgs {
  @MaxStalenessOfObject()
  readonly maxStaleness?: string | null;

  @ReadAfter()
  readonly readAfter?: string | null;
}

/** Arguments of a getter of a cluster-scoped kind. */
@ArgsType()
export class ClusterScopedArgs extends ReadArgs {
  @Field(() => String, { description: "Name of the cluster it was created in." })
  readonly cluster!: string;

  @Field(() => String, { description: "Name." })
  readonly name!: string;
}

/** Arguments of a getter of a kind that lives in namespaces. */
@ArgsType()
export class NamespacedArgs extends ClusterScopedArgs {
  @Field(() => String, { description: "Namespace." })
  readonly namespace!: string;
}

/** Arguments of `Query.resource`. */
@ArgsType()
export class ResourceArgs extends ClusterScopedArgs {
  @ApiVersion()
  readonly apiVersion!: string;

  @Kind()
  readonly kind!: string;

  @Field(() => String, { nullable: true, description: "Namespace; unset for a cluster-scoped kind." })
  readonly namespace?: string | null;
}

/** Arguments of `Query.objects`. */
@ArgsType()
export class ObjectsArgs extends ReadArgs {
  @Field(() => [ID], { description: "At most 1,000." })
  readonly ids!: readonly string[];
}

/** Arguments of `Query.node`. */
@ArgsType()
export class IdArgs {
  @Field(() => ID, { description: "From any id field." })
  readonly id!: string;
}

/** Arguments of `Query.cluster`. */
@ArgsType()
export class NameArgs {
  @Field(() => String, { description: "Name." })
  readonly name!: string;
}

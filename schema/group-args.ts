import { ArgsType, Field } from "type-graphql";
import { ClusterNodeGroupField } from "./cluster-node-group.ts";
import { ObjectGroupField } from "./object-group.ts";
import { PodGroupField } from "./pod-group.ts";
import { WorkloadGroupField } from "./workload-group.ts";

/** What every `groupBy` takes; each kind adds `fields`. */
@ArgsType()
export class LabelGroupArgs {
  @Field(() => [String], { defaultValue: [], description: "And by the values of these label keys." })
  readonly labels!: readonly string[];
}

/** Arguments of `PodConnection.groupBy`. */
@ArgsType()
export class PodGroupArgs extends LabelGroupArgs {
  @GroupFields(() => PodGroupField)
  readonly fields!: readonly PodGroupField[];
}

/** Arguments of `ClusterNodeConnection.groupBy`. */
@ArgsType()
export class ClusterNodeGroupArgs extends LabelGroupArgs {
  @GroupFields(() => ClusterNodeGroupField)
  readonly fields!: readonly ClusterNodeGroupField[];
}

/** Arguments of `groupBy` of every connection of workloads. */
@ArgsType()
export class WorkloadGroupArgs extends LabelGroupArgs {
  @GroupFields(() => WorkloadGroupField)
  readonly fields!: readonly WorkloadGroupField[];
}

/** Arguments of `groupBy` of the other connections. */
@ArgsType()
export class ObjectGroupArgs extends LabelGroupArgs {
  @GroupFields(() => ObjectGroupField)
  readonly fields!: readonly ObjectGroupField[];
}

function GroupFields(type: () => object): PropertyDecorator {
  return Field(() => [type()], { defaultValue: [], description: "Group by these, in this order." });
}

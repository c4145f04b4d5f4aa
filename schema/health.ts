import { Field, ObjectType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { DateTime } from "./scalars/date-time.ts";

export const HealthState = createEnum(
  "HealthState",
  "Health of anything that has one, computed by fleetgraph from probes and status. One set for all subjects.",
  {
    UP: "Works: a cluster or endpoint answers; a node is Ready without pressure; a pod is ready or Succeeded; a workload is rolled out.",
    DEGRADED:
      "Works in part or is under way: some endpoints down, a node under pressure, a pod starting or terminating, a workload with fewer ready pods than wanted.",
    DOWN: "Does not work: no endpoint answers, node not Ready, pod Failed or with a container waiting because of an error, a workload with none ready or a failed roll-out or Job.",
    UNKNOWN:
      "Cannot be told: not probed yet, or Ready is Unknown. Never a reason to act. What is in a cluster out of reach keeps its last known state: see readStates.",
  },
);
export type HealthState = keyof typeof HealthState;

@ObjectType({ description: "Health as computed by fleetgraph.", simpleResolvers: true })
export class Health {
  @Field(() => HealthState, { description: "The verdict." })
  readonly state!: HealthState;

  @Field(() => String, {
    nullable: true,
    description: "CamelCase, why it is not UP: 'Timeout', 'MemoryPressure', 'CrashLoopBackOff'.",
  })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: "For people; no secrets, no addresses of others." })
  readonly message!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Since when in this state; null where not known." })
  readonly since!: string | null;
}

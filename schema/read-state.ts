import { Field, Int, ObjectType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { ErrorCode } from "./error-code.ts";
import { DateTime } from "./scalars/date-time.ts";

export const ReadState = createEnum("ReadState", "How far the rows of one cluster and resource can be trusted.", {
  FRESH: "In step: the watch is connected and its last proof is recent.",
  STALE: "Rows are served, but the watch is not connected: they are as of observedAt. reason says why.",
  SYNCING: "The first list is under way: rows may be missing.",
  UNREACHABLE:
    "Nothing is held of it and the cluster does not answer, or nothing may be served (IDENTITY_CHANGED, STALE_READ_REFUSED): its rows are missing.",
  FORBIDDEN:
    "Nothing of what was asked may be listed there, by the caller or by fleetgraph. A partly readable cluster is FRESH.",
});
export type ReadState = keyof typeof ReadState;

@ObjectType({ description: "How far one cluster could be read for one resource of a list.", simpleResolvers: true })
export class ClusterReadState {
  @Field(() => String, {
    description: "Plural and group: 'pods', 'deployments.apps'. Needed where a list spans kinds.",
  })
  readonly resource!: string;

  @Field(() => ReadState, { description: "The verdict." })
  readonly state!: ReadState;

  @Field(() => ErrorCode, {
    nullable: true,
    description: "The code an error for this state would have; null when FRESH or SYNCING.",
  })
  readonly code!: ErrorCode | null;

  @Field(() => String, {
    nullable: true,
    description: "CamelCase detail: 'Timeout', 'ConnectionRefused', 'CertificateExpired', 'Relisting'.",
  })
  readonly reason!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "Last proof of being in step (event, bookmark, finished list, resumed watch); null before the first.",
  })
  readonly observedAt!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "Whole seconds from observedAt to when this answer left; null as observedAt.",
  })
  readonly ageSeconds!: number | null;

  @Field(() => Int, { description: "Malformed objects left out." })
  readonly skipped!: number;
}

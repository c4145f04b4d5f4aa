import { ArgsType, Field, Int } from "type-graphql";
import { ManifestFormat } from "./manifest-format.ts";
import { Duration } from "./scalars/duration.ts";

/** Arguments of `KubernetesObject.label`. */
@ArgsType()
export class LabelArgs {
  @Field(() => String, { description: "Label key, 'app.kubernetes.io/name'." })
  readonly key!: string;
}

/** Arguments of `KubernetesObject.manifest`. */
@ArgsType()
export class ManifestArgs {
  @Field(() => ManifestFormat, { defaultValue: "JSON", description: "JSON gives an object, YAML a string." })
  readonly format!: ManifestFormat;
}

/** Arguments of `Pod.logs`. */
@ArgsType()
export class PodLogsArgs {
  @Field(() => String, {
    nullable: true,
    description: "Container name; unset = the only one, or the one named by kubectl.kubernetes.io/default-container.",
  })
  readonly container?: string | null;

  @Field(() => Int, { defaultValue: 100, description: "Lines from the end; at most 10,000." })
  readonly tailLines!: number;

  @Field(() => Duration, { nullable: true, description: "Only lines this young." })
  readonly since?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: "The run before the last restart." })
  readonly previous!: boolean;

  @Field(() => Boolean, { defaultValue: false, description: "Each line begins with its RFC 3339 time." })
  readonly timestamps!: boolean;
}

/** Arguments of `Viewer.can`. */
@ArgsType()
export class CanArguments {
  @Field(() => String, { description: "Cluster name." })
  readonly cluster!: string;

  @Field(() => String, { description: "'get', 'list', 'patch'." })
  readonly verb!: string;

  @Field(() => String, { description: "Plural, group, subresource: 'pods', 'deployments.apps/scale'." })
  readonly resource!: string;

  @Field(() => String, { nullable: true, description: "Unset = the whole cluster." })
  readonly namespace?: string | null;

  @Field(() => String, { nullable: true, description: "Unset = any." })
  readonly name?: string | null;
}

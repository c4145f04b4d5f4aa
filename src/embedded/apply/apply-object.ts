import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { unsupported } from "../unsupported.ts";
import type { PatchBody } from "../verbs/patch-object.ts";
import type { ObjectTarget } from "../verbs/target.ts";
import type { VerbOptions, VerbResult } from "../verbs/write-options.ts";

export function applyObject(
  context: ApiContext,
  target: ObjectTarget,
  patch: PatchBody,
  options: VerbOptions,
): VerbResult<KubeObject> {
  void context;
  void target;
  void patch;
  void options;
  throw unsupported("apply");
}

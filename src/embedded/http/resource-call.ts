import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import type { UserInfo } from "../auth/user-info.ts";
import { toServed } from "../registry/resource-definition.ts";
import { isTrue } from "../verbs/list-params.ts";
import type { ObjectTarget, Target } from "../verbs/target.ts";
import type { VerbResult } from "../verbs/write-options.ts";
import { negotiate } from "./negotiate.ts";
import { shapeObject } from "./object-shape.ts";
import type { ShapeOptions } from "./object-shape.ts";
import type { RequestPath } from "./request-path.ts";
import { respond } from "./respond.ts";

/** A request for a resource, with what its path and query say. */
export interface ResourceCall {
  readonly context: ApiContext;
  readonly request: Request;
  /** As whom. */
  readonly user: UserInfo;
  readonly query: URLSearchParams;
  readonly path: Extract<RequestPath, { kind: "resource" }>;
}

/** Whether a GET is a watch. */
export function isWatch({ query }: Pick<ResourceCall, "query">): boolean {
  return isTrue(query.get("watch") ?? undefined);
}

/** The query as verbs read it: of what is said twice the first counts, for authorization and for the answer alike. */
export function toQueryStrings(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}

/** The Kubernetes verb of a request, for faults and logs. */
export function toVerb(method: string, name: string, watch: boolean): string {
  switch (method) {
    case "GET":
    case "HEAD":
      // Of one object a watch is asked for as a list is: by a field selector.
      if (name !== "") return "get";
      return watch ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    default:
      return method.toLowerCase();
  }
}

/** How the client wants to see the answer. Throws 406. */
export function toShape({ request, query }: ResourceCall): ShapeOptions {
  const include = query.get("includeObject");
  return {
    representation: negotiate(request.headers.get("accept"), { tables: true }),
    includeObject: include === "None" || include === "Object" ? include : "Metadata",
  };
}

/** The collection. */
export function toTarget({ path }: ResourceCall): Target {
  return { served: path.served, namespace: path.namespace };
}

/** The object. */
export function toObjectTarget({ path }: ResourceCall): ObjectTarget {
  return { served: path.served, namespace: path.namespace, name: path.name };
}

/** Warnings that every answer of this version carries. */
export function deprecations({ path }: ResourceCall): readonly string[] {
  const { deprecationWarning } = path.served.version;
  return deprecationWarning === undefined ? [] : [deprecationWarning];
}

/** The answer to a write: the object as it is now, with its warnings. */
export function answerWrite(call: ResourceCall, result: VerbResult<KubeObject>): Response {
  const { context, path } = call;
  const shape = toShape(call);
  const shown = shapeObject(context, path.served, toServed(path.served, result.object), shape);
  return respond(shown, {
    status: result.created ? 201 : 200,
    warnings: [...deprecations(call), ...result.warnings],
    format: shape.representation.format,
  });
}

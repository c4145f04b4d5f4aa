import { methodNotAllowed } from "../status-error.ts";
import { bindPod } from "../verbs/bind-pod.ts";
import { readPodLog } from "../verbs/read-pod-log.ts";
import { requestToken } from "../verbs/request-token.ts";
import { patchScale, readScale, updateScale } from "../verbs/scale.ts";
import { updateObject } from "../verbs/update-object.ts";
import { readPatch } from "./patch-request.ts";
import { readBody, readReview } from "./read-body.ts";
import { answerWrite, toObjectTarget } from "./resource-call.ts";
import type { ResourceCall } from "./resource-call.ts";
import { respond } from "./respond.ts";
import { parseVerbOptions } from "./verb-options.ts";

/** Answers a request for log, scale, binding, token or finalize. Throws StatusError. */
export async function serveSubresource(call: ResourceCall): Promise<Response> {
  const { request, path, context } = call;
  const target = toObjectTarget(call);
  switch (`${request.method} ${path.subresource}`) {
    case "GET log":
      return readPodLog(context, target, call.query, request.signal);
    case "GET scale":
      return respond(readScale(context, target));
    case "PUT scale": {
      const body = await readBody(request);
      return respond(updateScale(context, target, body, parseVerbOptions(call)));
    }
    case "PATCH scale": {
      const patch = await readPatch(request, call.query);
      return respond(patchScale(context, target, patch, parseVerbOptions(call)));
    }
    case "POST binding": {
      bindPod(context, target, await readBody(request), parseVerbOptions(call));
      return respond({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, { status: 201 });
    }
    case "POST token":
      return respond(requestToken(context, target, await readReview(request, "TokenRequest")), { status: 201 });
    case "PUT finalize":
      return answerWrite(call, updateObject(context, target, await readBody(request), parseVerbOptions(call)));
    default:
      throw methodNotAllowed();
  }
}

import type { UserInfo } from "../auth/user-info.ts";
import { badRequest, invalid } from "../status-error.ts";
import type { VerbOptions } from "../verbs/write-options.ts";

/** The manager of a client that does not say who it is: the first word of its User-Agent, as the real server does. */
function toDefaultManager(userAgent: string | null): string {
  const first = (userAgent ?? "").split("/")[0]!.slice(0, 128);
  return first === "" ? "unknown" : first;
}

/** The query of a write. Throws 400 and 422 in the server's words. */
export function parseVerbOptions({
  request,
  query,
  path,
  user,
}: {
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly path: { readonly subresource: string };
  readonly user: UserInfo;
}): VerbOptions {
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  if (dryRun.some((value) => value !== "All")) {
    const values = JSON.stringify(dryRun);
    throw invalid({ group: "meta.k8s.io", kind: "CreateOptions" }, "", [
      {
        reason: "FieldValueNotSupported",
        message: `Unsupported value: ${values}: supported values: "All"`,
        field: "dryRun",
      },
    ]);
  }
  const fieldValidation = query.get("fieldValidation") || "Warn";
  if (fieldValidation !== "Strict" && fieldValidation !== "Warn" && fieldValidation !== "Ignore") {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  const fieldManager = query.get("fieldManager") || toDefaultManager(request.headers.get("user-agent"));
  if (fieldManager.length > 128) throw badRequest("fieldManager: Too long: may not be more than 128 bytes");
  return {
    user,
    fieldManager,
    dryRun: dryRun.length > 0,
    fieldValidation,
    subresource: path.subresource as VerbOptions["subresource"],
  };
}

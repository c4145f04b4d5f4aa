import { parseAllDocuments } from "yaml";
import { ApiError } from "../../kube/api-error.ts";

/**
 * A manifest or patch as it was given: a JSON value, or a string that holds exactly one JSON or YAML document. Throws BAD_USER_INPUT saying where
 * the text is wrong.
 */
export function parseDocument(value: unknown, argument: string): unknown {
  if (typeof value !== "string") return value;
  const documents = parseAllDocuments(value).filter(({ contents, errors }) => contents !== null || errors.length > 0);
  for (const { errors } of documents) {
    const [error] = errors;
    // The first line names the place; the rest quotes the text, which may hold a secret.
    if (error !== undefined) throw new ApiError("BAD_USER_INPUT", `Argument ${argument} is neither JSON nor YAML: ${error.message.split("\n", 1)[0]}`); // prettier-ignore
  }
  const [document] = documents;
  if (document === undefined || documents.length !== 1) {
    throw new ApiError("BAD_USER_INPUT", `Argument ${argument} must hold exactly one document but holds ${documents.length}.`); // prettier-ignore
  }
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    // Aliases that would unfold without end.
    throw new ApiError("BAD_USER_INPUT", `Argument ${argument} cannot be read: its aliases go too far.`, {}, cause);
  }
}

import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { clustersSchema } from "./clusters-schema.ts";
import type { ConfigProblem } from "./config-error.ts";
import { isSound } from "./is-sound.ts";
import { suggest } from "./suggest.ts";
import { formatPath } from "./yaml-source.ts";
import type { ConfigPath, YamlSource } from "./yaml-source.ts";

/** Compiling takes some 30 ms of a start: only where there may be something to say, and once. */
let compiled: ValidateFunction | undefined;

/** What JSON Schema finds wrong, in words. That a cluster has exactly one source is left to `checkClusters`, which can say it better. */
export function checkSchema(source: YamlSource): ConfigProblem[] {
  if (isSound(clustersSchema, source.value)) return [];
  compiled ??= new Ajv({
    allErrors: true,
    verbose: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { url: isUrl },
    // That the schema is one is for tests to find out: it takes longer than all the rest.
    meta: false,
    validateSchema: false,
    // It runs once: to make its code shorter takes longer than to run it.
    code: { optimize: false },
  }).compile(clustersSchema);
  if (compiled(source.value)) return [];
  return (compiled.errors ?? [])
    .filter(({ schemaPath }) => !schemaPath.includes("/oneOf"))
    .map((error) => toProblem(error, source));
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}

function toProblem(error: ErrorObject, source: YamlSource): ConfigProblem {
  const path = toPath(error.instancePath, source.value);
  const got = `but got: ${show(error.data, path)}`;
  const at = (place: ConfigPath, message: string, where: "value" | "key" = "value", suggestion?: string) => ({
    ...source.locate(place, where),
    path: formatPath(place),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      const message =
        key === "fleetgraph"
          ? 'is refused: another head node as a cluster (a "fleetgraph" source) comes in a later version'
          : `is no key here; known are: ${known.join(", ") || "none"}`;
      return at([...path, key], message, "key", key === "fleetgraph" ? undefined : suggest(key, known));
    }
    case "required":
      return at(path, `must have the key ${JSON.stringify(params["missingProperty"])}`);
    case "enum": {
      const allowed = (params["allowedValues"] as readonly unknown[]).map(String);
      const meant = typeof error.data === "string" ? suggest(error.data, allowed) : undefined;
      return at(path, `must be ${allowed.join(" or ")} ${got}`, "value", meant);
    }
    case "type":
      return at(path, `must be ${typeName(error.schema)} ${got}${typeHint(error)}`);
    case "pattern":
      return at(path, `${patternName(path)} ${got}`);
    case "format":
      return at(path, `must be a URL ${got}`);
    case "minimum":
    case "maximum":
      return at(
        path,
        `must be ${error.keyword === "minimum" ? "at least" : "at most"} ${String(params["limit"])} ${got}`,
      );
    case "minItems":
      return at(path, "must have at least one entry but got: none");
    case "minLength":
      return at(path, "must not be empty");
    default:
      return at(path, `${error.message ?? "is wrong"} ${got}`);
  }
}

/** A JSON pointer as a path; numbers where the value there is a list. */
function toPath(pointer: string, root: unknown): ConfigPath {
  let value: unknown = root;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => {
      const step = Array.isArray(value) ? Number(part) : part;
      value = (value as Readonly<Record<string, unknown>> | null)?.[part];
      return step;
    });
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  array: "a list",
  string: "a string",
  boolean: "true or false",
  integer: "a whole number",
};

function typeName(schema: unknown): string {
  const type = Array.isArray(schema) ? String(schema[0]) : String(schema);
  return typeNames[type] ?? type;
}

function typeHint({ schema, data }: ErrorObject): string {
  if (schema === "boolean" && typeof data === "string" && /^(?:yes|no|on|off|y|n)$/iu.test(data)) {
    return " (YAML 1.2 has only true and false)";
  }
  return schema === "string" && (typeof data === "number" || typeof data === "boolean") ? " (put it into quotes)" : "";
}

function patternName(path: ConfigPath): string {
  if (path.at(-1) === "name") {
    return "must be a DNS label (lower-case letters, digits and -, at most 63, not - at the ends)";
  }
  if (String(path.at(-1)).endsWith("Prefix")) return "must be printable ASCII without blanks";
  return "must be an http or https URL";
}

const secretKeys = new Set(["token", "ca", "url"]);

/** A value in a message: short, and nothing of what may be secret. */
function show(value: unknown, path: ConfigPath): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (secretKeys.has(String(path.at(-1)))) return `a ${typeof value} (not shown)`;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

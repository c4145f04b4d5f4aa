import { isJsonObject } from "../json-value.ts";

type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: string; readonly value: string };

/** `.spec.items[?(@.type=="Ready")].status`, `[0]`, `[*]`, `['a.b']`, `\.`: kubectl's path language as printer columns use it. */
function parseSteps(path: string): readonly Step[] {
  const steps: Step[] = [];
  const pattern =
    /\[\?\(@\.?((?:[^=!<>\\]|\\.)*?)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)\s]*))\s*\)\]|\[(-?\d+)\]|\[\*\]|\.\*|\['((?:[^'\\]|\\.)*)'\]|\.?((?:\\.|[^.[\]\\])+)/gy;
  for (const match of path.matchAll(pattern)) {
    const [whole, filterPath, double, single, bare, index, quoted, field] = match;
    if (filterPath !== undefined)
      steps.push({ kind: "filter", path: filterPath, value: double ?? single ?? bare ?? "" });
    else if (index !== undefined) steps.push({ kind: "index", index: Number(index) });
    else if (whole === "[*]" || whole === ".*") steps.push({ kind: "all" });
    else steps.push({ kind: "field", name: (quoted ?? field ?? "").replaceAll(/\\(.)/g, "$1") });
  }
  return steps;
}

function follow(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case "field":
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case "index": {
      const found: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case "all":
      if (Array.isArray(value)) return value;
      return isJsonObject(value) ? Object.values(value) : [];
    case "filter":
      if (!Array.isArray(value)) return [];
      return value.filter((item) => readJsonPath(item, `.${step.path}`).some((found) => String(found) === step.value));
  }
}

/** Everything a path finds in a value; empty where it finds nothing. */
export function readJsonPath(value: unknown, path: string): readonly unknown[] {
  const inner = path.replace(/^\{(.*)\}$/, "$1");
  return parseSteps(inner).reduce<readonly unknown[]>(
    (found, step) => found.flatMap((one) => follow(one, step)),
    [value],
  );
}

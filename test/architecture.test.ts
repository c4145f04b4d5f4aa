import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** STYLE.md's import table: what a folder may import besides `kube`, `lib` and itself. Types may come from anywhere. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/lib": [],
  "src/kube": [],
  "src/config": [],
  "src/broker": [],
  "src/embedded": [],
  "src/cache": [],
  "src/cluster": ["src/config"],
  "src/transport": ["src/cluster"],
  "src/auth": ["src/cache", "src/cluster"],
  "src/domain": [],
  "src/loaders": ["src/auth", "src/cache", "src/cluster", "src/domain"],
  "src/controllers": ["src/cache", "src/cluster", "src/domain", "src/broker"],
  "src/orchestrator": ["src/broker", "src/domain"],
  "src/hub": ["src/auth", "src/cache", "src/cluster"],
  schema: [],
  resolvers: ["schema", "src/loaders", "src/domain"],
  "src/server": ["src/loaders"],
  "src/cli": ["src/config"],
  src: ["*"],
};

/** Packages that only these folders may import. */
const packageOwners: Readonly<Record<string, readonly string[]>> = {
  "@kubernetes/client-node": ["src/config", "src/transport"],
  undici: ["src/transport", "src/hub"],
  graphql: ["schema", "resolvers", "src/server", "src"],
  "type-graphql": ["schema", "resolvers", "src/server", "src"],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
}

const sources = ["src", "schema", "resolvers"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);

/** "src/cache" for src/cache/disk/x.ts; "src" for a file that lies in src itself. */
function folderOf(path: string): string {
  const [top = "", second = "", ...rest] = path.split("/");
  return top === "src" && rest.length > 0 ? `${top}/${second}` : top;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern = /^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return [...text.matchAll(pattern)].map(([, type, from, bare, dynamic]) => ({
    file,
    specifier: from ?? bare ?? dynamic ?? "",
    isType: type !== undefined,
  }));
}

const imports = sources.flatMap(importsOf);
const values = imports.filter(({ isType }) => !isType);

function targetFolder({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return folderOf(relative(root, join(root, dirname(file), specifier)));
}

describe("architecture", () => {
  it("should know every folder", () => {
    expect([...new Set(sources.map(folderOf))].filter((folder) => !(folder in allowed))).toEqual([]);
  });

  it("should let each folder import only what STYLE.md allows it", () => {
    const wrong = values.filter((entry) => {
      const from = folderOf(entry.file);
      const to = targetFolder(entry);
      if (to === undefined || to === from || to === "src/kube" || (to === "src/lib" && from !== "src/lib")) {
        return to === "src/kube" && from === "src/lib";
      }
      const may = allowed[from] ?? [];
      return !may.includes("*") && !may.includes(to);
    });
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("should keep controllers apart from each other", () => {
    const controllerOf = (path: string): string | undefined => /^src\/controllers\/([^/]+)\//.exec(path)?.[1];
    const wrong = values.filter((entry) => {
      const from = controllerOf(entry.file);
      const to = controllerOf(relative(root, join(root, dirname(entry.file), entry.specifier)));
      return from !== undefined && to !== undefined && to !== from && to !== "runtime";
    });
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("should import each guarded package only where it belongs", () => {
    const wrong = values.filter(({ file, specifier }) => {
      const owner = Object.keys(packageOwners).find((name) => specifier === name || specifier.startsWith(`${name}/`));
      return owner !== undefined && packageOwners[owner]?.includes(folderOf(file)) !== true;
    });
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("should have no cycle between folders", () => {
    const edges = new Map<string, Set<string>>();
    for (const entry of values) {
      const from = folderOf(entry.file);
      const to = targetFolder(entry);
      if (to !== undefined && to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    const cycles: string[] = [];
    const visit = (folder: string, path: readonly string[]): void => {
      if (path.includes(folder)) {
        cycles.push([...path.slice(path.indexOf(folder)), folder].join(" -> "));
        return;
      }
      for (const next of edges.get(folder) ?? []) visit(next, [...path, folder]);
    };
    for (const folder of edges.keys()) visit(folder, []);
    expect(cycles).toEqual([]);
  });

  it("should touch the process only in main.ts", () => {
    const wrong = sources.filter(
      (file) =>
        file !== "src/main.ts" &&
        /(^|[^.\w"'`-])process\.[a-z]|from "node:process"/m.test(readFileSync(join(root, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  it("should export by name, and from no barrel but resolvers/index.ts", () => {
    const wrong = sources.filter((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return /^export default/m.test(text) || (file.endsWith("/index.ts") && file !== "resolvers/index.ts");
    });
    expect(wrong).toEqual([]);
  });
});

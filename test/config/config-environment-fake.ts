import type { ConfigEnvironment } from "../../src/config/config-environment.ts";

/** A machine with these files and nothing else; `texts` may be changed while it is used. */
export function createFakeEnvironment(
  texts: Record<string, string> = {},
  env: Record<string, string> = {},
): ConfigEnvironment & { readonly texts: Record<string, string> } {
  const find = (path: string): string => {
    const text = texts[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return text;
  };
  return {
    texts,
    env,
    homeDir: "/home/ada",
    cwd: "/work",
    files: {
      readFile: async (path) => find(path),
      access: async (path) => void find(path),
    },
  };
}

import type { PinnedIdentities } from "./pinned-identities.ts";

/** What of node:fs/promises it needs. */
export interface IdentityFiles {
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, text: string, options: { readonly mode: number }): Promise<unknown>;
  rename(from: string, to: string): Promise<unknown>;
  mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<unknown>;
}

/** Keeps pinned identities in `{folder}/identities.json`; a file that is missing or damaged holds none. */
export function createFilePinnedIdentities(folder: string, files: IdentityFiles): PinnedIdentities {
  const path = `${folder}/identities.json`;
  return {
    async load() {
      let text: string;
      try {
        text = await files.readFile(path, "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
        throw error;
      }
      return parseIdentities(text);
    },
    async save(uids) {
      await files.mkdir(folder, { recursive: true, mode: 0o700 });
      // By rename, so that a crash leaves the old or the new.
      await files.writeFile(`${path}.new`, JSON.stringify(uids), { mode: 0o600 });
      await files.rename(`${path}.new`, path);
    },
  };
}

function parseIdentities(text: string): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

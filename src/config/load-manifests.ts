import { explainFileError } from "./config-environment.ts";
import type { ConfigFiles } from "./config-environment.ts";
import { parsePersistedManifest } from "./persisted-manifest.ts";

export interface LoadedManifests {
  /** Those of all manifests, by id; the first manifest wins where two give one id to different documents. */
  readonly documents: ReadonlyMap<string, string>;
  readonly problems: readonly ManifestProblem[];
}

export interface ManifestProblem {
  /** Place of the manifest in the configuration's list. */
  readonly index: number;
  readonly message: string;
}

/** Told of each manifest, so that one that was written by mistake does not fill the screen. */
const maxProblems = 5;

/** Reads manifests of persisted documents as one. Never rejects. */
export async function loadManifests(paths: readonly string[], files: ConfigFiles): Promise<LoadedManifests> {
  const documents = new Map<string, string>();
  const origins = new Map<string, string>();
  const problems: ManifestProblem[] = [];
  const texts = await Promise.all(paths.map((path) => files.readFile(path).catch((error: unknown) => ({ error }))));
  for (const [index, text] of texts.entries()) {
    const path = paths[index]!;
    if (typeof text !== "string") {
      problems.push({ index, message: `must be a readable file but got: ${path} (${explainFileError(text.error)})` });
      continue;
    }
    const manifest = parsePersistedManifest(text);
    for (const problem of manifest.problems.slice(0, maxProblems)) {
      problems.push({ index, message: `${path}: ${problem}` });
    }
    for (const [id, document] of manifest.documents) {
      const known = documents.get(id);
      if (known === undefined) {
        documents.set(id, document);
        origins.set(id, path);
      } else if (known !== document) {
        const message = `${path}: ${JSON.stringify(id)} is another document in ${origins.get(id)}`;
        problems.push({ index, message });
      }
    }
  }
  return { documents, problems };
}

import type { ResourceDefinition, ServedResource } from "./resource-definition.ts";

/** Every resource the cluster serves now. Custom ones come and go with their definitions. */
export interface ResourceRegistry {
  /** In order of group and plural. */
  list(): readonly ResourceDefinition[];
  /** Of a path; undefined where nothing of the name is served in this version. */
  find(group: string, version: string, plural: string): ServedResource | undefined;
  /** Of an object's apiVersion and kind. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined;
  hasGroupVersion(group: string, version: string): boolean;
  /** Replaces or adds. */
  set(definition: ResourceDefinition): void;
  remove(group: string, plural: string): void;
  /** Counts changes, for ETags and caches. */
  readonly generation: number;
}

export function createResourceRegistry(builtIn: readonly ResourceDefinition[]): ResourceRegistry {
  const definitions = new Map<string, ResourceDefinition>();
  let generation = 0;
  let sorted: readonly ResourceDefinition[] | undefined;
  const keyOf = (group: string, plural: string): string => `${group}/${plural}`;
  const changed = (): void => {
    generation++;
    sorted = undefined;
  };
  for (const definition of builtIn) definitions.set(keyOf(definition.group, definition.plural), definition);

  const inVersion = (definition: ResourceDefinition | undefined, name: string): ServedResource | undefined => {
    const version = definition?.versions.find((candidate) => candidate.name === name);
    return definition === undefined || version === undefined ? undefined : { definition, version };
  };
  const list = (): readonly ResourceDefinition[] => {
    sorted ??= [...definitions.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
    return sorted;
  };

  return {
    list,
    find: (group, version, plural) => inVersion(definitions.get(keyOf(group, plural)), version),
    findKind(group, version, kind) {
      const definition = list().find((candidate) => candidate.group === group && candidate.kind === kind);
      return inVersion(definition, version);
    },
    hasGroupVersion: (group, version) =>
      list().some(
        (definition) => definition.group === group && definition.versions.some(({ name }) => name === version),
      ),
    set(definition) {
      definitions.set(keyOf(definition.group, definition.plural), definition);
      changed();
    },
    remove(group, plural) {
      if (definitions.delete(keyOf(group, plural))) changed();
    },
    get generation() {
      return generation;
    },
  };
}

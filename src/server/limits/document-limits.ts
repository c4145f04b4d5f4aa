import { Kind } from "graphql";
import type { ArgumentNode, DirectiveNode, DocumentNode, FragmentDefinitionNode, SelectionSetNode, ValueNode } from "graphql"; // prettier-ignore
import type { ApiError } from "../../kube/api-error.ts";
import { createLimitError } from "./limit-error.ts";
import type { Limits } from "./limits.ts";

/** What a selection set holds once its fragments are spread out. Sums may reach Infinity: that is over any limit as well. */
interface Tally {
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly depth: number;
  /** The way to the deepest field. */
  readonly path: string;
}

/**
 * Holds a parsed, not yet validated document to the limits that need no schema, in time linear in its length: a fragment is counted once,
 * however often it is spread. What is written into `where`, `orderBy` and other arguments counts like selections: each entry of an object is a
 * field, each level of nesting one of depth. Before validation, because validation compares fields pair by pair: 10,000 aliases take it half a second.
 */
export function checkDocumentLimits(document: DocumentNode, limits: Limits): ApiError | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const tallyOf = createTally(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const tally = tallyOf(definition.selectionSet);
    const name = definition.name?.value;
    const what = definition.kind === Kind.FRAGMENT_DEFINITION ? `Fragment ${name}` : (name ?? "The operation");
    const rootFields = definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections.length : 0;
    const directives = tally.directives + (definition.directives?.length ?? 0);
    const error =
      over("aliases", tally.aliases, `${what} has aliases`) ??
      over("rootFields", rootFields, `${what} has root fields`) ??
      over("directives", directives, `${what} has directives`) ??
      over("depth", tally.depth, `${what} nests at ${tally.path}`) ??
      over("fields", tally.fields, `${what} has fields`);
    if (error !== undefined) return error;
  }
  return undefined;

  function over(name: "aliases" | "rootFields" | "directives" | "depth" | "fields", found: number, what: string) {
    return found > limits[name] ? createLimitError({ name, maximum: limits[name], found, what }) : undefined;
  }
}

const nothing: Tally = { fields: 0, aliases: 0, directives: 0, depth: 0, path: "" };

function createTally(fragments: ReadonlyMap<string, FragmentDefinitionNode>): (set: SelectionSetNode) => Tally {
  /** undefined = under way: a cycle, which validation will name. */
  const counted = new Map<string, Tally | undefined>();
  return tallySet;

  function tallySet({ selections }: SelectionSetNode): Tally {
    let { fields, aliases, directives, depth, path } = nothing;
    for (const selection of selections) {
      directives += count(selection.directives);
      let inner = nothing;
      let level = 0;
      let step = "";
      if (selection.kind === Kind.FIELD) {
        const given = tallyArguments(selection.arguments);
        fields += 1 + given.fields;
        aliases += selection.alias === undefined ? 0 : 1;
        const isIntrospection = selection.name.value === "__schema" || selection.name.value === "__type";
        if (selection.selectionSet !== undefined) inner = tallySet(selection.selectionSet);
        if (isIntrospection) inner = { ...inner, depth: 0 };
        if (given.depth > inner.depth) inner = { ...inner, depth: given.depth, path: given.path };
        level = 1;
        step = selection.name.value;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        inner = tallySet(selection.selectionSet);
      } else {
        inner = tallyFragment(selection.name.value);
      }
      fields += inner.fields;
      aliases += inner.aliases;
      directives += inner.directives;
      if (inner.depth + level > depth) {
        depth = inner.depth + level;
        path = joinPath(step, inner.path);
      }
    }
    return { fields, aliases, directives, depth, path };
  }

  function tallyFragment(name: string): Tally {
    if (counted.has(name)) return counted.get(name) ?? nothing;
    const fragment = fragments.get(name);
    if (fragment === undefined) return nothing;
    counted.set(name, undefined);
    const tally = tallySet(fragment.selectionSet);
    counted.set(name, tally);
    return tally;
  }
}

/** Entries and levels of the objects and lists in arguments, found without recursion. */
function tallyArguments(args: readonly ArgumentNode[] | undefined): Pick<Tally, "fields" | "depth" | "path"> {
  let fields = 0;
  let deepest = 0;
  let path = "";
  for (const { name, value } of args ?? []) {
    let depth = 0;
    for (let level: readonly ValueNode[] = [value]; level.length > 0; depth += 1) {
      level = level.flatMap((node) => {
        if (node.kind === Kind.LIST) return node.values;
        if (node.kind !== Kind.OBJECT) return [];
        fields += node.fields.length;
        return node.fields.map((field) => field.value);
      });
    }
    // A scalar nests nothing.
    if (depth - 1 > deepest) [deepest, path] = [depth - 1, `(${name.value}:)`];
  }
  return { fields, depth: deepest, path };
}

function count(directives: readonly DirectiveNode[] | undefined): number {
  return directives?.length ?? 0;
}

/** The first steps are enough to find the place in a document; a path of 200 names is not read by anybody. */
function joinPath(step: string, rest: string): string {
  if (step === "" || rest === "") return step + rest;
  return rest.length > 80 ? `${step}.${rest.slice(0, 80)}…` : `${step}.${rest}`;
}

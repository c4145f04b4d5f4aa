import { getNamedType, isAbstractType, isInterfaceType, isLeafType, isNonNullType, isObjectType } from "graphql";
import type { GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from "graphql";
import type { SeededRandom } from "../../../bench/world/seeded-random.ts";
import { toObjectId } from "../../../src/kube/object-key.ts";
import { marksOf } from "../../../src/server/rows/field-marks.ts";

type Composite = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

export interface RandomDocument {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Its wide lists, or single objects, select nothing that is not marked. */
  readonly isRightShape: boolean;
  /** It asks for single objects alone. */
  readonly isOfObjects: boolean;
}

/** What lists are asked with, by argument; of `where`, what every kind has. */
const listArguments: Readonly<Record<string, readonly string[]>> = {
  first: ["4", "30", "500", "500", "$few", "$many"],
  labelSelector: ['"app=web"', '"tier in (a, b), app"', '"!app"', "$selector"],
  namespaces: ['["shop"]', '["shop", "ops", "none"]', "[]"],
  clusters: ['["home"]', '["paris", "home"]'],
  orderBy: ["[{field: NAME, direction: DESC}]", "[{field: CREATED_AT, direction: ASC}, {field: NAME, direction: ASC}]"],
  where: [
    '{name: {startsWith: "web"}}',
    '{labels: [{key: "app", eq: "web"}]}',
    '{not: {namespace: {eq: "shop"}}}',
    '{or: [{name: {contains: "1"}}, {labels: [{key: "tier", eq: null}]}]}',
    '{createdAt: {olderThan: "1h"}}',
    '{cluster: {name: {eq: "paris"}}}',
  ],
};

/** Required arguments. */
const required: Readonly<Record<string, readonly string[]>> = {
  key: ['"app"', '"tier"', '"none"', "$key"],
  cluster: ['"home"', '"paris"', "$cluster", '"gone"'],
  namespace: ['"shop"', '"ops"', '"shop"', "$namespace"],
  name: ['"web-1"', '"web-2"', '"node-1"', '"shop"', "$name", "$other"],
  apiVersion: ['"v1"'],
  kind: ['"Pod"', '"Namespace"'],
  id: ['"none"', "$id", "$id"],
  ids: ["[]"],
};

/** Calls that leave the process, or whose answer is of the moment. */
const without: ReadonlySet<string> = new Set(["Pod.logs", "Viewer.can", "Query.resource", "Query.objects"]);

const variableTypes: Readonly<Record<string, string>> = {
  yes: "Boolean!",
  no: "Boolean = false",
  few: "Int = 3",
  many: "Int!",
  selector: "String",
  key: "String!",
  cluster: "String!",
  namespace: "String!",
  name: "String!",
  other: 'String! = "web-3"',
  id: "ID!",
};

/** A row of each sort, a cluster, and one that is missing. */
const ids = [
  toObjectId({ cluster: "home", group: "", kind: "Pod", namespace: "shop", name: "web-1" }),
  toObjectId({ cluster: "paris", group: "", kind: "Node", namespace: "", name: "node-1" }),
  toObjectId({ cluster: "home", group: "apps", kind: "Deployment", namespace: "ops", name: "web" }),
  toObjectId({ cluster: "home", group: "", kind: "Service", namespace: "ops", name: "gone" }),
  toObjectId({ cluster: "paris" }),
];

/** Random queries over all of a schema; a fifth of them ask for single objects alone, half of them for nothing but fields that are marked. May be invalid: validate them. */
export function createRandomDocument(schema: GraphQLSchema, random: SeededRandom): RandomDocument {
  return new DocumentMaker(schema, random).make();
}

class DocumentMaker {
  readonly #schema: GraphQLSchema;
  readonly #random: SeededRandom;
  readonly #fragments = new Map<string, string>();
  readonly #isRightShape: boolean;
  readonly #isOfObjects: boolean;

  constructor(schema: GraphQLSchema, random: SeededRandom) {
    this.#schema = schema;
    this.#random = random;
    this.#isRightShape = random.next() < 0.6;
    this.#isOfObjects = random.next() < 0.2;
  }

  make(): RandomDocument {
    const { next, pick } = this.#random;
    const query = this.#schema.getQueryType()!;
    const lists = Object.values(query.getFields()).filter(({ type }) => getNamedType(type).name.endsWith("Connection"));
    const others = Object.values(query.getFields()).filter((field) => !without.has(`Query.${field.name}`));
    const objects = others.filter((field) => marksOf(field).one === true);
    const roots = Array.from({ length: 1 + this.#random.below(3) }, () => {
      if (this.#isOfObjects) return next() < 0.5 ? query.getFields()["pod"]! : pick(objects);
      if (next() < 0.5) return query.getFields()["pods"]!;
      return pick(this.#isRightShape || next() < 0.6 ? lists : others);
    });
    const typename = this.#isOfObjects && next() < 0.2 ? "__typename" : "";
    const body = [...roots.map((field) => this.#field(query, field, 4)), typename].join(" ");
    const fragments = [...this.#fragments.values()].join(" ");
    const variables = [...new Set(`${body} ${fragments}`.match(/\$\w+/gu))].map((name) => name.slice(1));
    const heading = variables.length === 0 ? "query" : `query(${variables.map((name) => `$${name}: ${variableTypes[name]}`).join(", ")})`; // prettier-ignore
    return {
      source: `${heading} { ${body} } ${fragments}`,
      variables: {
        yes: next() < 0.5,
        many: 500,
        key: pick(["app", "tier", "none"]),
        selector: pick(["app=web", null]),
        cluster: pick(["home", "paris", "gone"]),
        namespace: pick(["shop", "ops", "gone"]),
        name: pick(["web-1", "web-7", "node-1", "shop", "home"]),
        ...(next() < 0.5 ? { other: pick(["web-4", "gone"]) } : {}),
        id: pick(ids),
      },
      isRightShape: this.#isRightShape,
      isOfObjects: this.#isOfObjects,
    };
  }

  #field(parent: Composite, field: Field, depth: number): string {
    const type = getNamedType(field.type);
    const alias = this.#random.next() < 0.12 ? `${this.#random.pick(["a", "b", "c"])}${field.name}: ` : "";
    const call = `${alias}${field.name}${this.#arguments(field)}${this.#directives()}`;
    if (isLeafType(type)) return call;
    const selection = this.#selection(type as Composite, depth - 1, marksOf(field).wide === true);
    const once = `${call} ${selection}`;
    // The same key once more: graphql-js merges them.
    const isTwice = this.#random.next() < 0.12 && isObjectType(parent);
    return isTwice ? `${once} ${call} ${this.#selection(type as Composite, depth - 1, marksOf(field).wide === true)}` : once; // prettier-ignore
  }

  #selection(type: Composite, depth: number, isWide: boolean): string {
    const { next, below } = this.#random;
    const candidates = Object.values(type.getFields()).filter((field) => this.#may(type, field, depth));
    const parts = Array.from({ length: 1 + below(isWide ? 7 : 4) }, () => this.#part(type, candidates, depth));
    if (this.#isRightShape && type.name.endsWith("Connection")) parts.push(this.#field(type, type.getFields()["nodes"] ?? candidates[0]!, depth)); // prettier-ignore
    if (next() < 0.15) parts.push("__typename");
    return `{ ${parts.join(" ")} }`;
  }

  #part(type: Composite, candidates: readonly Field[], depth: number): string {
    const { next, pick } = this.#random;
    const chance = next();
    if (candidates.length === 0) return "__typename";
    const inner = (of: Composite): string => {
      const fields = Object.values(of.getFields()).filter((field) => this.#may(of, field, depth));
      return `{ ${fields.length === 0 ? "__typename" : this.#field(of, pick(fields), depth)} __typename }`;
    };
    if (chance < 0.1) {
      const on = this.#condition(type);
      return `... ${on === type && next() < 0.5 ? "" : `on ${on.name}`}${this.#directives()} ${inner(on)}`;
    }
    if (chance < 0.18 && this.#fragments.size < 4) {
      const on = this.#condition(type);
      const name = `F${this.#fragments.size}`;
      this.#fragments.set(name, "");
      this.#fragments.set(name, `fragment ${name} on ${on.name} ${inner(on)}`);
      return `...${name}${this.#directives()} ...${name}`;
    }
    return this.#field(type, pick(candidates), depth);
  }

  /** The type itself, an interface of it, or one of its possible types. */
  #condition(type: Composite): Composite {
    const possible: readonly Composite[] = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    const some = this.#random.pick(possible);
    return this.#random.pick([type, some, ...some.getInterfaces()]);
  }

  #may(type: Composite, field: Field, depth: number): boolean {
    if (without.has(`${type.name}.${field.name}`)) return false;
    const target: GraphQLNamedType = getNamedType(field.type);
    if (!isLeafType(target) && depth <= 0) return false;
    if (field.name === "manifest") return !this.#isRightShape && this.#random.next() < 0.1;
    if (field.name === "events") return !this.#isRightShape && this.#random.next() < 0.3;
    if (!this.#isRightShape || !isRow(type)) return true;
    const objects = isInterfaceType(type) ? this.#schema.getPossibleTypes(type) : [type];
    return objects.every((object) => {
      const own = object.getFields()[field.name]!;
      return own.resolve === undefined || marksOf(own).pure === true || marksOf(own).relation !== undefined;
    });
  }

  #arguments(field: Field): string {
    const { next, pick } = this.#random;
    const isList = getNamedType(field.type).name.endsWith("Connection");
    const given = field.args.flatMap((arg) => {
      const choices = isNonNullType(arg.type) && arg.defaultValue === undefined ? required[arg.name] : undefined;
      if (choices !== undefined) return [`${arg.name}: ${pick(choices)}`];
      const optional = isList ? listArguments[arg.name] : undefined;
      if (optional === undefined || next() > (arg.name === "first" ? 0.7 : 0.15)) return [];
      return [`${arg.name}: ${pick(optional)}`];
    });
    return given.length === 0 ? "" : `(${given.join(", ")})`;
  }

  #directives(): string {
    if (this.#random.next() > 0.08) return "";
    return this.#random.pick([" @include(if: $yes)", " @skip(if: $yes)", " @skip(if: $no)", " @include(if: true)"]);
  }
}

/** Whether fields of the type are written with the rows of a list. */
function isRow(type: Composite): boolean {
  return !/(?:Connection|Edge|Group|PageInfo|ReadState|Query)$/u.test(type.name);
}

import { getNamedType, isInterfaceType, isLeafType, isNonNullType, isObjectType } from "graphql";
import type { GraphQLField, GraphQLSchema } from "graphql";

const values: Readonly<Record<string, string>> = { cluster: '"home"', namespace: '"shop"', name: '"web"', apiVersion: '"v1"', kind: '"Pod"', key: '"app"', id: '"none"', ids: "[]", verb: '"get"', resource: '"pods"' }; // prettier-ignore
const leavesProcess = new Set(["Pod.logs", "Viewer.can", "Query._entities"]);

/** A document for each field of each type, by one way that leads there, with the leaves behind it. */
export function documentsOfFields(schema: GraphQLSchema): readonly string[] {
  const query = schema.getQueryType()!;
  const ways = new Map([[query.name, (inner: string): string => `{ ${inner} }`]]);
  const found: string[] = [];
  const call = ({ name, args }: GraphQLField<unknown, unknown>): string => {
    const needed = args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
    return needed.length === 0 ? name : `${name}(${needed.map((arg) => `${arg.name}: ${values[arg.name]}`).join(", ")})`; // prettier-ignore
  };
  for (const [name, way] of ways) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (leavesProcess.has(`${name}.${field.name}`)) continue;
      const target = getNamedType(field.type);
      const isWhole = isObjectType(target) || isInterfaceType(target);
      const leaves = isWhole ? Object.values(target.getFields()).filter((leaf) => isLeafType(getNamedType(leaf.type))) : []; // prettier-ignore
      found.push(way(isLeafType(target) ? call(field) : `${call(field)} { __typename ${leaves.map(call).join(" ")} }`));
      // Lists have something in them.
      if (isWhole && !call(field).includes("(") && !ways.has(target.name))
        ways.set(target.name, (inner) => way(`${call(field)} { ${inner} }`));
    }
  }
  return found;
}

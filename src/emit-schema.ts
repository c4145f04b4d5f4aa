import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { emitSchema } from "../resolvers/build-schema.ts";

/** `npm run schema`: writes the SDL that is committed and served. */
writeFileSync("schema/schema.graphql", emitSchema());

import { createEnum } from "./create-enum.ts";

export const ManifestFormat = createEnum("ManifestFormat", "Form of a manifest.", {
  JSON: "A JSON object.",
  YAML: "A string holding one YAML document.",
});
export type ManifestFormat = keyof typeof ManifestFormat;

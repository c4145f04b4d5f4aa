import recorded from "./recorded-api.json" with { type: "json" };
import type { RawSchema } from "../schema/schema-node.ts";

/** One entry of a discovery document as recorded. */
export interface RecordedResource {
  /** "pods", "pods/status". */
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

/** A column of kubectl's table. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** 0 = shown always; 1 = only with `-o wide`. */
  readonly priority: number;
}

export interface RecordedGroupVersion {
  readonly resources: readonly RecordedResource[];
  /** By plural. */
  readonly columns: Readonly<Record<string, readonly TableColumn[]>>;
}

/** What `npm run record:openapi` took from a real kube-apiserver. */
export interface RecordedApi {
  readonly version: Readonly<Record<string, string>>;
  /** "api/v1", "apis/apps/v1". */
  readonly groupVersions: Readonly<Record<string, RecordedGroupVersion>>;
  readonly schemas: Readonly<Record<string, RawSchema>>;
}

/** The recording this build serves by. */
export const recordedApi = recorded as unknown as RecordedApi;

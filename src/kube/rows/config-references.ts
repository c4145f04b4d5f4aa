import { toRecord, toRecords, toText } from "../read-json.ts";
import type { JsonRecord } from "../read-json.ts";
import type { KubeObject } from "../object.ts";
import type { ConfigReferenceRow } from "./row.ts";

/** Volume sources that name a Secret for their own use, and the field that holds the reference. */
const secretFields = ["secretRef", "nodePublishSecretRef", "nodeStageSecretRef", "controllerPublishSecretRef"];

/** Fields of a volume that hold none of these, which are those of most volumes. */
const withoutDriver: ReadonlySet<string> = new Set([
  "name",
  "configMap",
  "secret",
  "projected",
  "downwardAPI",
  "emptyDir",
  "hostPath",
  "persistentVolumeClaim",
]);

/**
 * The ConfigMaps and Secrets that a pod names: volumes (projected ones and drivers' secrets too), env and envFrom of all its containers,
 * imagePullSecrets. Once each, in order of first use; optional only where every use is.
 */
export function toConfigReferences(pod: KubeObject): readonly ConfigReferenceRow[] {
  const spec = toRecord(pod.spec);
  const found = new Map<string, ConfigReferenceRow>();
  const note = (kind: ConfigReferenceRow["kind"], name: unknown, optional: unknown): void => {
    const text = toText(name);
    if (text === null) return;
    const key = `${kind}/${text}`;
    const before = found.get(key);
    found.set(key, { kind, name: text, optional: optional === true && (before?.optional ?? true) });
  };
  for (const volume of toRecords(spec.volumes)) readVolume(volume, note);
  for (const list of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
    for (const container of toRecords(list)) readEnvironment(container, note);
  }
  for (const { name } of toRecords(spec.imagePullSecrets)) note("Secret", name, false);
  return [...found.values()];
}

type Note = (kind: ConfigReferenceRow["kind"], name: unknown, optional: unknown) => void;

function readVolume(volume: JsonRecord, note: Note): void {
  const { configMap, secret, projected, azureFile } = volume;
  noteReference(configMap, "name", "ConfigMap", note);
  noteReference(secret, "secretName", "Secret", note);
  if (projected !== undefined) {
    for (const source of toRecords(toRecord(projected).sources)) {
      noteReference(source.configMap, "name", "ConfigMap", note);
      noteReference(source.secret, "name", "Secret", note);
    }
  }
  if (azureFile !== undefined) note("Secret", toRecord(azureFile).secretName, false);
  for (const type of Object.keys(volume)) {
    if (withoutDriver.has(type)) continue;
    const source = toRecord(volume[type]);
    for (const field of secretFields) note("Secret", toRecord(source[field]).name, false);
  }
}

/** `value`: mostly undefined. */
function noteReference(value: unknown, field: string, kind: ConfigReferenceRow["kind"], note: Note): void {
  if (value === undefined) return;
  const reference = toRecord(value);
  note(kind, reference[field], reference.optional);
}

function readEnvironment(container: JsonRecord, note: Note): void {
  for (const { configMapRef, secretRef } of toRecords(container.envFrom)) {
    noteReference(configMapRef, "name", "ConfigMap", note);
    noteReference(secretRef, "name", "Secret", note);
  }
  for (const { valueFrom } of toRecords(container.env)) {
    // Most are written out.
    if (valueFrom === undefined) continue;
    const { configMapKeyRef, secretKeyRef } = toRecord(valueFrom);
    noteReference(configMapKeyRef, "name", "ConfigMap", note);
    noteReference(secretKeyRef, "name", "Secret", note);
  }
}

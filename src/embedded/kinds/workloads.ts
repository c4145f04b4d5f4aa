import type { KubeObject } from "../../kube/object.ts";
import { ensureObject, equalJson, isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import type { StatusCause } from "../status-error.ts";
import { fill, setTemplateDefaults } from "./pod-spec-defaults.ts";
import { selectsLabels } from "./selects-labels.ts";
import { required, validatePodSpec } from "./validate-pod-spec.ts";

function immutable(field: string, value: unknown): StatusCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: field is immutable`, field };
}

/** The rules all workloads share: a selector that fits the template and stays, whole pods, no negative count. */
function validateWorkload(draft: Draft, old: KubeObject | undefined, restart: readonly string[]): StatusCause[] {
  const spec = objectAt(draft, "spec");
  const causes: StatusCause[] = [];
  const { selector, replicas } = spec;
  if (typeof replicas === "number" && replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.replicas" });
  }
  if (!isJsonObject(selector)) causes.push(required("spec.selector"));
  else if (!selectsLabels(selector, objectAt(spec, "template", "metadata", "labels"))) {
    const message = `Invalid value: ${JSON.stringify(objectAt(spec, "template", "metadata", "labels"))}: \`selector\` does not match template \`labels\``;
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.template.metadata.labels" });
  }
  causes.push(...validatePodSpec(valueAt(spec, "template", "spec"), "spec.template.spec"));
  const policy = valueAt(spec, "template", "spec", "restartPolicy");
  if (typeof policy === "string" && !restart.includes(policy)) {
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${restart.map((name) => JSON.stringify(name)).join(", ")}`;
    causes.push({ reason: "FieldValueNotSupported", message, field: "spec.template.spec.restartPolicy" });
  }
  if (old !== undefined && !equalJson(valueAt(old, "spec", "selector"), selector)) {
    causes.push(immutable("spec.selector", selector));
  }
  return causes;
}

function withStatus(status: JsonObject): Pick<KindBehaviour, "prepareCreate"> {
  return { prepareCreate: (draft) => void (draft["status"] = { ...status }) };
}

function specOf(draft: Draft): JsonObject {
  const spec = ensureObject(draft, "spec");
  setTemplateDefaults(spec);
  return spec;
}

const always = ["Always"];

/** Deployment. */
export const deploymentBehaviour: KindBehaviour = {
  hasGeneration: true,
  setDefaults(draft) {
    const spec = specOf(draft);
    fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = ensureObject(spec, "strategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") {
      fill(ensureObject(strategy, "rollingUpdate"), { maxUnavailable: "25%", maxSurge: "25%" });
    }
  },
  ...withStatus({}),
  validate: (draft, old) => validateWorkload(draft, old, always),
};

/** ReplicaSet. */
export const replicaSetBehaviour: KindBehaviour = {
  hasGeneration: true,
  selectable: { "status.replicas": (object) => String(valueAt(object, "status", "replicas") ?? 0) },
  setDefaults: (draft) => fill(specOf(draft), { replicas: 1 }),
  ...withStatus({ replicas: 0 }),
  validate: (draft, old) => validateWorkload(draft, old, always),
};

/** StatefulSet. */
export const statefulSetBehaviour: KindBehaviour = {
  hasGeneration: true,
  setDefaults(draft) {
    const spec = specOf(draft);
    fill(spec, { replicas: 1, podManagementPolicy: "OrderedReady", updateStrategy: {}, revisionHistoryLimit: 10 });
    const strategy = ensureObject(spec, "updateStrategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") fill(ensureObject(strategy, "rollingUpdate"), { partition: 0 });
    fill(ensureObject(spec, "persistentVolumeClaimRetentionPolicy"), { whenDeleted: "Retain", whenScaled: "Retain" });
  },
  ...withStatus({ replicas: 0, availableReplicas: 0 }),
  validate: (draft, old) => validateWorkload(draft, old, always),
};

const noPods = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };

/** Counts the templates of a DaemonSet, from before there was a generation; kubectl and old controllers look at it. */
const templateGeneration = "deprecated.daemonset.template.generation";

/** DaemonSet. */
export const daemonSetBehaviour: KindBehaviour = {
  hasGeneration: true,
  prepareUpdate(draft, old) {
    const before = Number(old.metadata.annotations?.[templateGeneration] ?? 1);
    const changed = !equalJson(valueAt(draft, "spec", "template"), valueAt(old, "spec", "template"));
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      [templateGeneration]: String(before + (changed ? 1 : 0)),
    };
  },
  setDefaults(draft) {
    draft.metadata.annotations = { [templateGeneration]: "1", ...draft.metadata.annotations };
    const spec = specOf(draft);
    fill(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
    const strategy = ensureObject(spec, "updateStrategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") {
      fill(ensureObject(strategy, "rollingUpdate"), { maxUnavailable: 1, maxSurge: 0 });
    }
  },
  ...withStatus(noPods),
  validate: (draft, old) => validateWorkload(draft, old, always),
};

/** Labels by which a job's pods are its own. */
function jobLabels(draft: Draft): Record<string, string> {
  const { uid = "", name } = draft.metadata;
  return {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
}

function validateJob(draft: Draft, old: KubeObject | undefined): readonly StatusCause[] {
  const causes = validateWorkload(draft, old, ["OnFailure", "Never"]);
  const template = valueAt(draft, "spec", "template");
  if (old !== undefined && !equalJson(valueAt(old, "spec", "template"), template)) {
    causes.push(immutable("spec.template", template));
  }
  return causes;
}

/** Job: its selector is made by the server. */
export const jobBehaviour: KindBehaviour = {
  hasGeneration: true,
  selectable: { "status.successful": (object) => String(valueAt(object, "status", "succeeded") ?? 0) },
  setDefaults(draft) {
    const spec = specOf(draft);
    const counted = spec["completions"] === undefined && spec["parallelism"] === undefined;
    fill(spec, {
      ...(counted ? { completions: 1 } : {}),
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      podReplacementPolicy: "TerminatingOrFailed",
      manualSelector: false,
    });
  },
  prepareCreate(draft) {
    draft["status"] = {};
    const spec = ensureObject(draft, "spec");
    if (spec["manualSelector"] === true) return;
    const labels = jobLabels(draft);
    const template = ensureObject(ensureObject(spec, "template"), "metadata");
    template["labels"] = { ...objectAt(template, "labels"), ...labels };
    draft.metadata.labels = { ...labels, ...objectAt(template, "labels"), ...draft.metadata.labels } as Record<string, string>; // prettier-ignore
    const uidLabel = "batch.kubernetes.io/controller-uid";
    spec["selector"] = { matchLabels: { [uidLabel]: labels[uidLabel] } };
  },
  validate: validateJob,
};

/** CronJob: stored and served; nothing starts its jobs. */
export const cronJobBehaviour: KindBehaviour = {
  hasGeneration: true,
  setDefaults(draft) {
    const spec = ensureObject(draft, "spec");
    const jobTemplate = ensureObject(spec, "jobTemplate");
    ensureObject(jobTemplate, "metadata");
    setTemplateDefaults(jobTemplate["spec"]);
    fill(spec, {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
  },
  ...withStatus({}),
  validate(draft) {
    const schedule = valueAt(draft, "spec", "schedule");
    const causes: StatusCause[] = [];
    if (typeof schedule !== "string" || schedule === "") causes.push(required("spec.schedule"));
    else if (!schedule.startsWith("@") && schedule.trim().split(/\s+/).length !== 5) {
      const message = `Invalid value: ${JSON.stringify(schedule)}: expected exactly 5 fields, found ${schedule.trim().split(/\s+/).length}: [${schedule}]`;
      causes.push({ reason: "FieldValueInvalid", message, field: "spec.schedule" });
    }
    const path = ["spec", "jobTemplate", "spec", "template", "spec"];
    if (itemsAt(draft, ...path, "containers").length === 0) causes.push(required(`${path.join(".")}.containers`));
    return causes;
  },
};

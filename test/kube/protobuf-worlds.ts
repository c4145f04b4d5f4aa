/** Text that JSON has to escape, in Go more of it than elsewhere. */
const strange = 'a "quote", \\, <tag> & more, \t\n\r\b\f\u0001\u007f, é ü 漢字 😀, \u2028\u2029\ufffd';

const meta = (name: string, more: object = {}) => ({
  name,
  labels: { app: name, "fleetgraph.dev/b": "2", "fleetgraph.dev/a": "1" },
  annotations: { strange, empty: "", "b.example/long": "x".repeat(70_000) },
  ...more,
});

const http = { path: "/healthz", port: "web", scheme: "HTTPS", httpHeaders: [{ name: "X-A", value: strange }] };
const term = { key: "zone", operator: "In", values: ["a", "b"] };
const selector = { matchLabels: { app: "a" }, matchExpressions: [{ key: "k", operator: "Exists" }, term] };
const podTerm = {
  labelSelector: selector,
  topologyKey: "zone",
  namespaceSelector: {},
  matchLabelKeys: ["pod-template-hash"],
};

const container = {
  name: "main",
  image: "example.com/a:1",
  command: ["sh", "-c", strange],
  args: [""],
  workingDir: "/tmp",
  ports: [
    { name: "web", containerPort: 8080, hostPort: 0 },
    { containerPort: 53, protocol: "UDP" },
  ],
  envFrom: [{ prefix: "P_", configMapRef: { name: "c", optional: true } }, { secretRef: { name: "s" } }],
  env: [
    { name: "EMPTY" },
    { name: "TEXT", value: strange },
    { name: "FIELD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "RESOURCE", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } } },
    { name: "RESOURCE0", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
    { name: "CONFIG", valueFrom: { configMapKeyRef: { name: "c", key: "k", optional: false } } },
    { name: "SECRET", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
  ],
  resources: {
    limits: { cpu: "1500m", memory: "1.5Gi", "example.com/gpu": "2" },
    requests: { cpu: "0.1", memory: "100000000", "ephemeral-storage": "1e3", "example.com/gpu": "2" },
  },
  resizePolicy: [{ resourceName: "cpu", restartPolicy: "NotRequired" }],
  volumeMounts: [
    { name: "config", mountPath: "/c", readOnly: true, subPath: "x", mountPropagation: "None" },
    { name: "empty", mountPath: "/e", recursiveReadOnly: "Disabled" },
  ],
  volumeDevices: [{ name: "claim", devicePath: "/dev/x" }],
  livenessProbe: { httpGet: http, initialDelaySeconds: 1, terminationGracePeriodSeconds: 9 },
  readinessProbe: { tcpSocket: { port: 8080, host: "h" }, periodSeconds: 3, failureThreshold: 30 },
  startupProbe: { grpc: { port: 9, service: "" } },
  lifecycle: { postStart: { exec: { command: ["a"] } }, preStop: { sleep: { seconds: 3 } } },
  imagePullPolicy: "Always",
  securityContext: {
    capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] },
    privileged: false,
    runAsUser: 0,
    runAsNonRoot: false,
    allowPrivilegeEscalation: true,
    seccompProfile: { type: "Localhost", localhostProfile: "p" },
    seLinuxOptions: { level: "s0" },
  },
  stdin: true,
  tty: true,
};

const volumes = [
  {
    name: "config",
    configMap: { name: "c", items: [{ key: "a", path: "b", mode: 0 }], defaultMode: 0o400, optional: true },
  },
  { name: "empty", emptyDir: {} },
  { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
  { name: "host", hostPath: { path: "/x", type: "" } },
  { name: "secret", secret: { secretName: "s" } },
  { name: "claim", persistentVolumeClaim: { claimName: "pvc", readOnly: true } },
  { name: "nfs", nfs: { server: "s", path: "/" } },
  { name: "iscsi", iscsi: { targetPortal: "1.2.3.4", iqn: "iqn.2001-04.com.example:a", lun: 0, portals: ["a", "b"] } },
  { name: "csi", csi: { driver: "d.example.com", volumeAttributes: { z: "1", a: "2" } } },
  { name: "fc", fc: { targetWWNs: ["a"], lun: 1 } },
  { name: "down", downwardAPI: { items: [{ path: "l", fieldRef: { fieldPath: "metadata.labels" } }] } },
  {
    name: "projected",
    projected: {
      sources: [
        { serviceAccountToken: { path: "t", expirationSeconds: 3607, audience: "a" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: { items: [{ path: "n", resourceFieldRef: { resource: "limits.cpu", containerName: "main" } }] },
        },
      ],
    },
  },
  {
    name: "ephemeral",
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
    },
  },
];

const podSpec = {
  volumes,
  initContainers: [{ ...container, name: "side", restartPolicy: "Always", ports: [] }],
  containers: [container, { name: "plain", image: "b", lifecycle: { preStop: { httpGet: { port: 80 } } } }],
  terminationGracePeriodSeconds: 30,
  activeDeadlineSeconds: 1_000_000,
  nodeSelector: { b: "1", a: "2" },
  automountServiceAccountToken: false,
  shareProcessNamespace: false,
  securityContext: {
    fsGroup: 0,
    supplementalGroups: [1, 2_000_000_000],
    sysctls: [{ name: "net.core.somaxconn", value: "1" }],
    fsGroupChangePolicy: "Always",
  },
  imagePullSecrets: [{ name: "p" }],
  hostname: "h",
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [term] },
          { matchFields: [{ key: "metadata.name", operator: "In", values: ["n"] }] },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 3, preference: { matchExpressions: [term] } }],
    },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [podTerm] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: podTerm }] },
  },
  tolerations: [
    { operator: "Exists" },
    { key: "k", effect: "NoExecute", tolerationSeconds: 0, operator: "Exists" },
    { key: "n", operator: "Equal", value: "", effect: "NoExecute", tolerationSeconds: -1 },
  ],
  hostAliases: [{ ip: "1.2.3.4", hostnames: ["a"] }],
  dnsConfig: { nameservers: ["1.1.1.1"], options: [{ name: "ndots", value: "5" }, { name: "x" }] },
  readinessGates: [{ conditionType: "example.com/x" }],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: selector, minDomains: null },
  ],
  overhead: undefined,
  setHostnameAsFQDN: true,
};

const template = {
  metadata: { labels: { app: "a" }, annotations: { strange } },
  spec: { ...podSpec, activeDeadlineSeconds: undefined },
};
const jobTemplate = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
const match = { selector: { matchLabels: { app: "a" } }, template };
const webhook = (kind: string) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: meta("hooks"),
  webhooks: [
    {
      name: "a.example.com",
      clientConfig: { service: { namespace: "default", name: "s", path: "/x", port: 8443 }, caBundle: undefined },
      rules: [
        { apiGroups: ["x.example"], apiVersions: ["*"], operations: ["CREATE"], resources: ["nothings"], scope: "*" },
      ],
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      failurePolicy: "Ignore",
      namespaceSelector: selector,
      matchConditions: [{ name: "c", expression: 'request.operation == "CREATE" && 1 < 2' }],
    },
    {
      name: "b.example.com",
      clientConfig: { url: "https://nowhere.example/x" },
      sideEffects: "None",
      admissionReviewVersions: ["v1", "v1beta1"],
    },
  ],
});

/** Objects with nearly everything that their kinds have, in an order in which they can be made. */
export const richObjects: readonly object[] = [
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
    secrets: [{ name: "x" }],
    imagePullSecrets: [{ name: "y" }],
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: meta("rich", {
      finalizers: ["example.com/keep"],
      ownerReferences: [
        { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "u-1", controller: true, blockOwnerDeletion: false },
      ],
    }),
    spec: podSpec,
  },
  { apiVersion: "v1", kind: "Pod", metadata: { name: "plain" }, spec: { containers: [{ name: "a", image: "a" }] } },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: meta("c"),
    data: { b: strange, a: "", "0": "x" },
    binaryData: {
      one: "AA==",
      two: "AAE=",
      three: "AAEC",
      none: "",
      many: Buffer.alloc(1_000, 0xfe).toString("base64"),
    },
    immutable: false,
  },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "nothing" } },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: meta("s"),
    stringData: { k: strange },
    data: { none: "" },
    immutable: true,
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: meta("svc"),
    spec: {
      type: "LoadBalancer",
      selector: { b: "1", a: "2" },
      ports: [
        { name: "a", port: 80, targetPort: "web", appProtocol: "kubernetes.io/h2c" },
        { name: "b", port: 81, targetPort: 8080, protocol: "UDP" },
      ],
      sessionAffinity: "ClientIP",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      internalTrafficPolicy: "Local",
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "headless" },
    spec: { clusterIP: "None", selector: { a: "1" } },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "external" },
    spec: { type: "ExternalName", externalName: "a.example.com" },
  },
  {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "svc2" },
    subsets: [
      {
        addresses: [
          {
            ip: "10.0.0.1",
            hostname: "a",
            nodeName: "n",
            targetRef: { kind: "Pod", name: "rich", namespace: "default" },
          },
        ],
        notReadyAddresses: [{ ip: "10.0.0.2" }],
        ports: [{ name: "a", port: 80 }],
      },
    ],
  },
  {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "old" },
    involvedObject: { kind: "Pod", name: "rich", namespace: "default" },
    reason: "R",
    message: strange,
    count: 3,
    firstTimestamp: "2020-02-29T23:59:59Z",
    lastTimestamp: "1969-12-31T23:59:59Z",
    source: { component: "c" },
    type: "Warning",
  },
  {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "new" },
    regarding: { kind: "Pod", name: "rich", namespace: "default" },
    reason: "R",
    note: strange,
    eventTime: "2021-06-01T12:00:00.000001Z",
    series: { count: 2, lastObservedTime: "2021-06-01T12:00:01.500000Z" },
    action: "A",
    reportingController: "example.com/c",
    reportingInstance: "i",
    type: "Normal",
  },
  {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: meta("lr"),
    spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "2Gi" }, min: { storage: "1" } }] },
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: meta("rq"),
    spec: {
      hard: { "count/widgets": "1k", "requests.nvidia.com/gpu": "4" },
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["none"] }] },
    },
  },
  { apiVersion: "v1", kind: "Namespace", metadata: meta("space") },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: meta("n"),
    spec: {
      podCIDR: "10.1.0.0/24",
      podCIDRs: ["10.1.0.0/24"],
      taints: [
        { key: "k", effect: "NoSchedule", timeAdded: "2020-01-01T00:00:00Z" },
        { key: "l", effect: "NoExecute" },
      ],
      unschedulable: true,
    },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: meta("pv"),
    spec: {
      capacity: { storage: "5Gi" },
      accessModes: ["ReadWriteOnce"],
      local: { path: "/x" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [term] }] } },
      storageClassName: "",
      mountOptions: ["a"],
      claimRef: { namespace: "default", name: "pvc" },
    },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: meta("pvc"),
    spec: {
      accessModes: ["ReadWriteOnce"],
      volumeMode: "Block",
      storageClassName: "",
      resources: { requests: { storage: "1.5Gi" } },
      dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" },
      selector,
    },
  },
  { apiVersion: "v1", kind: "PodTemplate", metadata: meta("pt"), template: jobTemplate },
  {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: meta("rc"),
    spec: { replicas: 0, selector: { app: "a" }, template },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: meta("d"),
    spec: {
      ...match,
      replicas: 0,
      minReadySeconds: 1,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: 1 } },
      paused: true,
      revisionHistoryLimit: 0,
    },
  },
  { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: meta("rs"), spec: match },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: meta("ss"),
    spec: {
      ...match,
      serviceName: "x",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
      ordinals: { start: 3 },
      volumeClaimTemplates: [
        {
          metadata: { name: "claim" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: meta("ds"),
    spec: { ...match, updateStrategy: { type: "OnDelete" } },
  },
  {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: meta("cr"),
    revision: 9_007_199_254_740_991,
    data: { spec: { text: strange, list: [1, 1.5, null, true, {}] } },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: meta("j"),
    spec: {
      template: jobTemplate,
      parallelism: 0,
      completions: 2,
      backoffLimit: 0,
      completionMode: "Indexed",
      suspend: true,
      ttlSecondsAfterFinished: 0,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailJob", onExitCodes: { containerName: "main", operator: "In", values: [1, 42] } },
        ],
      },
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: meta("cj"),
    spec: {
      schedule: "*/5 * * * *",
      timeZone: "Etc/UTC",
      startingDeadlineSeconds: 0,
      jobTemplate: { spec: { template: jobTemplate } },
      suspend: true,
    },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: meta("hpa"),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
        { type: "External", external: { metric: { name: "m", selector }, target: { type: "Value", value: "1500m" } } },
      ],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
      },
    },
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: meta("pdb"),
    spec: { minAvailable: "50%", selector },
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "pdb2" },
    spec: { maxUnavailable: 0, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: meta("i"),
    spec: {
      ingressClassName: "c",
      defaultBackend: { service: { name: "s", port: { number: 80 } } },
      tls: [{ hosts: ["a.example"], secretName: "s" }],
      rules: [
        {
          host: "a.example",
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: { service: { name: "s", port: { name: "web" } } } },
              { pathType: "ImplementationSpecific", backend: { resource: { kind: "K", name: "n" } } },
            ],
          },
        },
        { host: "b.example" },
      ],
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: meta("c"),
    spec: {
      controller: "example.com/c",
      parameters: { kind: "K", name: "n", scope: "Namespace", namespace: "default" },
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: meta("np"),
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {},
        {
          from: [
            { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
            { namespaceSelector: {}, podSelector: selector },
          ],
          ports: [{ port: "web" }, { port: 80, endPort: 90, protocol: "TCP" }],
        },
      ],
      egress: [],
    },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: meta("es"),
    addressType: "IPv4",
    endpoints: [
      {
        addresses: ["10.0.0.1"],
        conditions: { ready: false, serving: true },
        nodeName: "n",
        zone: "z",
        hints: { forZones: [{ name: "z" }] },
        deprecatedTopology: { b: "1", a: "2" },
        targetRef: { kind: "Pod", name: "rich", namespace: "default" },
      },
      { addresses: ["10.0.0.2"], conditions: {} },
    ],
    ports: [
      { name: "", port: 80, protocol: "TCP" },
      { name: "b", port: 81, appProtocol: "http" },
    ],
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "none" },
    addressType: "FQDN",
    endpoints: [],
    ports: [],
  },
  {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: meta("l"),
    spec: {
      holderIdentity: "h",
      leaseDurationSeconds: 15,
      acquireTime: "2022-01-01T00:00:00.000000Z",
      renewTime: "2022-01-01T00:00:10.123456Z",
      leaseTransitions: 0,
    },
  },
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "empty" } },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: meta("sc"),
    provisioner: "p.example.com",
    parameters: { b: "1", a: strange },
    mountOptions: ["x"],
    allowVolumeExpansion: false,
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["a"] }] }],
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIDriver",
    metadata: meta("d.example.com"),
    spec: {
      attachRequired: false,
      podInfoOnMount: true,
      tokenRequests: [{ audience: "a", expirationSeconds: 3600 }],
      volumeLifecycleModes: ["Ephemeral"],
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: meta("n"),
    spec: { drivers: [{ name: "d.example.com", nodeID: "n", topologyKeys: ["z"], allocatable: { count: 0 } }] },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIStorageCapacity",
    metadata: meta("cap"),
    storageClassName: "sc",
    capacity: "10Gi",
    nodeTopology: selector,
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: meta("va"),
    spec: { attacher: "d.example.com", nodeName: "n", source: { persistentVolumeName: "pv" } },
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: meta("low"),
    value: -2_147_483_648,
    preemptionPolicy: "Never",
    description: strange,
  },
  {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: meta("rt"),
    handler: "h",
    overhead: { podFixed: { cpu: "250m", memory: "1Mi" } },
    scheduling: { nodeSelector: { a: "b" }, tolerations: [{ operator: "Exists" }] },
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: meta("aggregated"),
    aggregationRule: { clusterRoleSelectors: [selector] },
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: meta("role"),
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"], resourceNames: ["a"] }],
  },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "none" }, rules: [] },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: meta("rb"),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "role" },
    subjects: [
      { kind: "User", name: strange, apiGroup: "rbac.authorization.k8s.io" },
      { kind: "ServiceAccount", name: "default", namespace: "default" },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: meta("crb"),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "x" },
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: meta("urls"),
    rules: [{ nonResourceURLs: ["/healthz*"], verbs: ["get"] }],
  },
  webhook("ValidatingWebhookConfiguration"),
  webhook("MutatingWebhookConfiguration"),
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: meta("vap"),
    spec: {
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["x.example"],
            apiVersions: ["v1"],
            operations: ["*"],
            resources: ["nothings"],
            resourceNames: ["a"],
          },
        ],
      },
      validations: [{ expression: "1 < 2 && true", messageExpression: "'a' + 'b'", reason: "Invalid" }],
      variables: [{ name: "v", expression: "1" }],
      auditAnnotations: [{ key: "k", valueExpression: "'x'" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: meta("vapb"),
    spec: {
      policyName: "vap",
      paramRef: { name: "c", namespace: "default", parameterNotFoundAction: "Deny" },
      validationActions: ["Audit"],
    },
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: meta("fs"),
    spec: {
      priorityLevelConfiguration: { name: "global-default" },
      matchingPrecedence: 9_000,
      distinguisherMethod: { type: "ByUser" },
      rules: [
        {
          subjects: [{ kind: "Group", group: { name: "g" } }],
          resourceRules: [
            { verbs: ["get"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true },
          ],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["/x"] }],
        },
      ],
    },
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "PriorityLevelConfiguration",
    metadata: meta("pl"),
    spec: {
      type: "Limited",
      limited: {
        nominalConcurrencyShares: 0,
        limitResponse: { type: "Queue", queuing: { queues: 8, handSize: 4, queueLengthLimit: 50 } },
      },
    },
  },
  {
    apiVersion: "resource.k8s.io/v1",
    kind: "DeviceClass",
    metadata: meta("dc"),
    spec: {
      selectors: [{ cel: { expression: 'device.driver == "x"' } }],
      config: [{ opaque: { driver: "x.example.com", parameters: { a: strange, b: [1, { c: null }] } } }],
    },
  },
  {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: meta("rcl"),
    spec: {
      devices: {
        requests: [{ name: "r", exactly: { deviceClassName: "dc", allocationMode: "ExactCount", count: 2 } }],
        constraints: [{ requests: ["r"], matchAttribute: "x.example.com/a" }],
      },
    },
  },
  {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: meta("rsl"),
    spec: {
      driver: "x.example.com",
      nodeName: "n",
      pool: { name: "p", generation: 9_007_199_254_740_991, resourceSliceCount: 1 },
      devices: [
        {
          name: "d",
          attributes: {
            b: { bool: false },
            a: { int: -5 },
            c: { string: strange.slice(0, 20) },
            v: { version: "1.2.3" },
          },
          capacity: { memory: { value: "8Gi" } },
        },
      ],
    },
  },
  {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaimTemplate",
    metadata: meta("rct"),
    spec: {
      metadata: { labels: { a: "b" } },
      spec: { devices: { requests: [{ name: "r", firstAvailable: [{ name: "s", deviceClassName: "dc" }] }] } },
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttributesClass",
    metadata: meta("vac"),
    driverName: "d.example.com",
    parameters: { b: "1", a: strange },
  },
];

/** What controllers and kubelets would say of some of them, by kind and name. */
export const richStatuses: readonly { readonly kind: string; readonly name: string; readonly status: object }[] = [
  {
    kind: "Pod",
    name: "rich",
    status: {
      observedGeneration: 1,
      phase: "Running",
      hostIP: "10.0.0.1",
      hostIPs: [{ ip: "10.0.0.1" }],
      podIP: "10.0.1.1",
      podIPs: [{ ip: "10.0.1.1" }, { ip: "fd00::1" }],
      startTime: "2024-02-29T00:00:00Z",
      qosClass: "Burstable",
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "R",
          message: strange,
          lastProbeTime: null,
          lastTransitionTime: "2024-12-31T23:59:59Z",
          observedGeneration: 1,
        },
        { type: "Initialized", status: "True" },
      ],
      containerStatuses: [
        {
          name: "main",
          image: "i",
          imageID: "",
          ready: false,
          restartCount: 3,
          started: false,
          state: { waiting: { reason: "CrashLoopBackOff", message: strange } },
          lastState: {
            terminated: {
              exitCode: -1,
              signal: 9,
              reason: "Error",
              startedAt: "2024-01-01T00:00:00Z",
              finishedAt: null,
            },
          },
          allocatedResources: { cpu: "1", memory: "1Gi" },
          resources: { limits: { cpu: "1" } },
          volumeMounts: [{ name: "v", mountPath: "/v", readOnly: true, recursiveReadOnly: "Disabled" }],
          user: { linux: { uid: 0, gid: 0, supplementalGroups: [1, 2] } },
        },
      ],
    },
  },
  {
    kind: "Deployment",
    name: "d",
    status: {
      replicas: 1,
      conditions: [
        { type: "Available", status: "True", lastUpdateTime: "2024-01-01T00:00:00Z", lastTransitionTime: null },
      ],
      collisionCount: 0,
      terminatingReplicas: 0,
    },
  },
  {
    kind: "Node",
    name: "n",
    status: {
      capacity: { cpu: "4", memory: "16Gi" },
      addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
      images: [{ names: ["a", "b"], sizeBytes: 12_345_678_901 }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: { kubeletVersion: "v1" },
      conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: "2024-01-01T00:00:00Z" }],
    },
  },
  {
    kind: "Service",
    name: "svc",
    status: {
      loadBalancer: {
        ingress: [
          { ip: "1.2.3.4", ipMode: "VIP", ports: [{ port: 80, protocol: "TCP", error: "E" }] },
          { hostname: "h" },
        ],
      },
    },
  },
  {
    kind: "PodDisruptionBudget",
    name: "pdb",
    status: {
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: { rich: "2024-01-01T00:00:00Z" },
      observedGeneration: 1,
    },
  },
  {
    kind: "Job",
    name: "j",
    status: { startTime: "2024-01-01T00:00:00Z", active: 0, ready: 0, uncountedTerminatedPods: { succeeded: ["u"] } },
  },
  {
    kind: "HorizontalPodAutoscaler",
    name: "hpa",
    status: {
      desiredReplicas: 1,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 3, averageValue: "5m" } } },
      ],
      conditions: [{ type: "ScalingActive", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z" }],
    },
  },
];

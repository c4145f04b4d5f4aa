/**
 * The protobuf of Kubernetes' built-in kinds in stable versions, made of k8s.io/api v0.36.1 by scripts/kube-protobuf (go run . > this file). A line is
 * a message type with its fields as JSON has them - name:number:type -, or the apiVersion and kind of objects and their type. "-" is not written,
 * "+" is written in the place of its parent; "?" is left out when empty, "!" when it is a time of zero; ".X" is a message.
 */
export const kubeTypes = `
TypeMeta apiVersion:1:string? kind:2:string?
ShardInfo selector:1:string
ListMeta selfLink:1:string? resourceVersion:2:string? continue:3:string? remainingItemCount:4:*int64? shardInfo:5:*.ShardInfo?
StatusCause reason:1:string? message:2:string? field:3:string?
StatusDetails name:1:string? group:2:string? kind:3:string? uid:6:string? causes:4:[].StatusCause? retryAfterSeconds:5:int32?
Status metadata:1:.ListMeta? status:2:string? message:3:string? reason:4:string? details:5:*.StatusDetails? code:6:int32?
OwnerReference apiVersion:5:string kind:1:string name:3:string uid:4:string controller:6:*bool? blockOwnerDeletion:7:*bool?
ObjectMeta name:1:string? generateName:2:string? namespace:3:string? selfLink:4:string? uid:5:string? resourceVersion:6:string? generation:7:int64? creationTimestamp:8:time! deletionTimestamp:9:*time? deletionGracePeriodSeconds:10:*int64? labels:11:{}string? annotations:12:{}string? ownerReferences:13:[].OwnerReference? finalizers:14:[]string? -:17:[]bytes
ParamKind apiVersion:1:string? kind:2:string?
LabelSelectorRequirement key:1:string operator:2:string values:3:[]string?
LabelSelector matchLabels:1:{}string? matchExpressions:2:[].LabelSelectorRequirement?
Rule apiGroups:1:[]string? apiVersions:2:[]string? resources:3:[]string? scope:4:*string?
RuleWithOperations operations:1:[]string? +:2:.Rule
NamedRuleWithOperations resourceNames:1:[]string? +:2:.RuleWithOperations
MatchResources namespaceSelector:1:*.LabelSelector? objectSelector:2:*.LabelSelector? resourceRules:3:[].NamedRuleWithOperations? excludeResourceRules:4:[].NamedRuleWithOperations? matchPolicy:7:*string?
Variable name:1:string expression:2:string
ApplyConfiguration expression:1:string?
JSONPatch expression:1:string?
Mutation patchType:2:string applyConfiguration:3:*.ApplyConfiguration? jsonPatch:4:*.JSONPatch?
MatchCondition name:1:string expression:2:string
MutatingAdmissionPolicySpec paramKind:1:*.ParamKind? matchConstraints:2:*.MatchResources? variables:3:[].Variable? mutations:4:[].Mutation? failurePolicy:5:*string? matchConditions:6:[].MatchCondition? reinvocationPolicy:7:string?
MutatingAdmissionPolicy metadata:1:.ObjectMeta? spec:2:.MutatingAdmissionPolicySpec?
admissionregistration.k8s.io/v1 MutatingAdmissionPolicy MutatingAdmissionPolicy
ParamRef name:1:string? namespace:2:string? selector:3:*.LabelSelector? parameterNotFoundAction:4:*string?
MutatingAdmissionPolicyBindingSpec policyName:1:string? paramRef:2:*.ParamRef? matchResources:3:*.MatchResources?
MutatingAdmissionPolicyBinding metadata:1:.ObjectMeta? spec:2:.MutatingAdmissionPolicyBindingSpec?
admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding MutatingAdmissionPolicyBinding
ServiceReference namespace:1:string name:2:string path:3:*string? port:4:*int32?
WebhookClientConfig url:3:*string? service:1:*.ServiceReference? caBundle:2:bytes?
MutatingWebhook name:1:string clientConfig:2:.WebhookClientConfig rules:3:[].RuleWithOperations? failurePolicy:4:*string? matchPolicy:9:*string? namespaceSelector:5:*.LabelSelector? objectSelector:11:*.LabelSelector? sideEffects:6:*string timeoutSeconds:7:*int32? admissionReviewVersions:8:[]string reinvocationPolicy:10:*string? matchConditions:12:[].MatchCondition?
MutatingWebhookConfiguration metadata:1:.ObjectMeta? webhooks:2:[].MutatingWebhook?
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration MutatingWebhookConfiguration
Validation expression:1:string message:2:string? reason:3:*string? messageExpression:4:string?
AuditAnnotation key:1:string valueExpression:2:string
ValidatingAdmissionPolicySpec paramKind:1:*.ParamKind? matchConstraints:2:*.MatchResources? validations:3:[].Validation? failurePolicy:4:*string? auditAnnotations:5:[].AuditAnnotation? matchConditions:6:[].MatchCondition? variables:7:[].Variable?
ExpressionWarning fieldRef:2:string warning:3:string
TypeChecking expressionWarnings:1:[].ExpressionWarning?
Condition type:1:string status:2:string observedGeneration:3:int64? lastTransitionTime:4:time reason:5:string message:6:string
ValidatingAdmissionPolicyStatus observedGeneration:1:int64? typeChecking:2:*.TypeChecking? conditions:3:[].Condition?
ValidatingAdmissionPolicy metadata:1:.ObjectMeta? spec:2:.ValidatingAdmissionPolicySpec? status:3:.ValidatingAdmissionPolicyStatus?
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy ValidatingAdmissionPolicy
ValidatingAdmissionPolicyBindingSpec policyName:1:string? paramRef:2:*.ParamRef? matchResources:3:*.MatchResources? validationActions:4:[]string?
ValidatingAdmissionPolicyBinding metadata:1:.ObjectMeta? spec:2:.ValidatingAdmissionPolicyBindingSpec?
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding ValidatingAdmissionPolicyBinding
ValidatingWebhook name:1:string clientConfig:2:.WebhookClientConfig rules:3:[].RuleWithOperations? failurePolicy:4:*string? matchPolicy:9:*string? namespaceSelector:5:*.LabelSelector? objectSelector:10:*.LabelSelector? sideEffects:6:*string timeoutSeconds:7:*int32? admissionReviewVersions:8:[]string matchConditions:11:[].MatchCondition?
ValidatingWebhookConfiguration metadata:1:.ObjectMeta? webhooks:2:[].ValidatingWebhook?
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration ValidatingWebhookConfiguration
ControllerRevision metadata:1:.ObjectMeta? data:2:raw? revision:3:int64
apps/v1 ControllerRevision ControllerRevision
HostPathVolumeSource path:1:string type:2:*string?
EmptyDirVolumeSource medium:1:string? sizeLimit:2:*quantity?
GCEPersistentDiskVolumeSource pdName:1:string fsType:2:string? partition:3:int32? readOnly:4:bool?
AWSElasticBlockStoreVolumeSource volumeID:1:string fsType:2:string? partition:3:int32? readOnly:4:bool?
GitRepoVolumeSource repository:1:string revision:2:string? directory:3:string?
KeyToPath key:1:string path:2:string mode:3:*int32?
SecretVolumeSource secretName:1:string? items:2:[].KeyToPath? defaultMode:3:*int32? optional:4:*bool?
NFSVolumeSource server:1:string path:2:string readOnly:3:bool?
LocalObjectReference name:1:string?
ISCSIVolumeSource targetPortal:1:string iqn:2:string lun:3:int32 iscsiInterface:4:string? fsType:5:string? readOnly:6:bool? portals:7:[]string? chapAuthDiscovery:8:bool? chapAuthSession:11:bool? secretRef:10:*.LocalObjectReference? initiatorName:12:*string?
GlusterfsVolumeSource endpoints:1:string path:2:string readOnly:3:bool?
PersistentVolumeClaimVolumeSource claimName:1:string readOnly:2:bool?
RBDVolumeSource monitors:1:[]string image:2:string fsType:3:string? pool:4:string? user:5:string? keyring:6:string? secretRef:7:*.LocalObjectReference? readOnly:8:bool?
FlexVolumeSource driver:1:string fsType:2:string? secretRef:3:*.LocalObjectReference? readOnly:4:bool? options:5:{}string?
CinderVolumeSource volumeID:1:string fsType:2:string? readOnly:3:bool? secretRef:4:*.LocalObjectReference?
CephFSVolumeSource monitors:1:[]string path:2:string? user:3:string? secretFile:4:string? secretRef:5:*.LocalObjectReference? readOnly:6:bool?
FlockerVolumeSource datasetName:1:string? datasetUUID:2:string?
ObjectFieldSelector apiVersion:1:string? fieldPath:2:string
ResourceFieldSelector containerName:1:string? resource:2:string divisor:3:quantity?
DownwardAPIVolumeFile path:1:string fieldRef:2:*.ObjectFieldSelector? resourceFieldRef:3:*.ResourceFieldSelector? mode:4:*int32?
DownwardAPIVolumeSource items:1:[].DownwardAPIVolumeFile? defaultMode:2:*int32?
FCVolumeSource targetWWNs:1:[]string? lun:2:*int32? fsType:3:string? readOnly:4:bool? wwids:5:[]string?
AzureFileVolumeSource secretName:1:string shareName:2:string readOnly:3:bool?
ConfigMapVolumeSource +:1:.LocalObjectReference items:2:[].KeyToPath? defaultMode:3:*int32? optional:4:*bool?
VsphereVirtualDiskVolumeSource volumePath:1:string fsType:2:string? storagePolicyName:3:string? storagePolicyID:4:string?
QuobyteVolumeSource registry:1:string volume:2:string readOnly:3:bool? user:4:string? group:5:string? tenant:6:string?
AzureDiskVolumeSource diskName:1:string diskURI:2:string cachingMode:3:*string? fsType:4:*string? readOnly:5:*bool? kind:6:*string?
PhotonPersistentDiskVolumeSource pdID:1:string fsType:2:string?
SecretProjection +:1:.LocalObjectReference items:2:[].KeyToPath? optional:4:*bool?
DownwardAPIProjection items:1:[].DownwardAPIVolumeFile?
ConfigMapProjection +:1:.LocalObjectReference items:2:[].KeyToPath? optional:4:*bool?
ServiceAccountTokenProjection audience:1:string? expirationSeconds:2:*int64? path:3:string
ClusterTrustBundleProjection name:1:*string? signerName:2:*string? labelSelector:3:*.LabelSelector? optional:5:*bool? path:4:string
PodCertificateProjection signerName:1:string? keyType:2:string? maxExpirationSeconds:3:*int32? credentialBundlePath:4:string? keyPath:5:string? certificateChainPath:6:string? userAnnotations:7:{}string?
VolumeProjection secret:1:*.SecretProjection? downwardAPI:2:*.DownwardAPIProjection? configMap:3:*.ConfigMapProjection? serviceAccountToken:4:*.ServiceAccountTokenProjection? clusterTrustBundle:5:*.ClusterTrustBundleProjection? podCertificate:6:*.PodCertificateProjection?
ProjectedVolumeSource sources:1:[].VolumeProjection defaultMode:2:*int32?
PortworxVolumeSource volumeID:1:string fsType:2:string? readOnly:3:bool?
ScaleIOVolumeSource gateway:1:string system:2:string secretRef:3:*.LocalObjectReference sslEnabled:4:bool? protectionDomain:5:string? storagePool:6:string? storageMode:7:string? volumeName:8:string? fsType:9:string? readOnly:10:bool?
StorageOSVolumeSource volumeName:1:string? volumeNamespace:2:string? fsType:3:string? readOnly:4:bool? secretRef:5:*.LocalObjectReference?
CSIVolumeSource driver:1:string readOnly:2:*bool? fsType:3:*string? volumeAttributes:4:{}string? nodePublishSecretRef:5:*.LocalObjectReference?
VolumeResourceRequirements limits:1:{}quantity? requests:2:{}quantity?
TypedLocalObjectReference apiGroup:1:*string kind:2:string name:3:string
TypedObjectReference apiGroup:1:*string kind:2:string name:3:string namespace:4:*string?
PersistentVolumeClaimSpec accessModes:1:[]string? selector:4:*.LabelSelector? resources:2:.VolumeResourceRequirements? volumeName:3:string? storageClassName:5:*string? volumeMode:6:*string? dataSource:7:*.TypedLocalObjectReference? dataSourceRef:8:*.TypedObjectReference? volumeAttributesClassName:9:*string?
PersistentVolumeClaimTemplate metadata:1:.ObjectMeta? spec:2:.PersistentVolumeClaimSpec
EphemeralVolumeSource volumeClaimTemplate:1:*.PersistentVolumeClaimTemplate?
ImageVolumeSource reference:1:string? pullPolicy:2:string?
VolumeSource hostPath:1:*.HostPathVolumeSource? emptyDir:2:*.EmptyDirVolumeSource? gcePersistentDisk:3:*.GCEPersistentDiskVolumeSource? awsElasticBlockStore:4:*.AWSElasticBlockStoreVolumeSource? gitRepo:5:*.GitRepoVolumeSource? secret:6:*.SecretVolumeSource? nfs:7:*.NFSVolumeSource? iscsi:8:*.ISCSIVolumeSource? glusterfs:9:*.GlusterfsVolumeSource? persistentVolumeClaim:10:*.PersistentVolumeClaimVolumeSource? rbd:11:*.RBDVolumeSource? flexVolume:12:*.FlexVolumeSource? cinder:13:*.CinderVolumeSource? cephfs:14:*.CephFSVolumeSource? flocker:15:*.FlockerVolumeSource? downwardAPI:16:*.DownwardAPIVolumeSource? fc:17:*.FCVolumeSource? azureFile:18:*.AzureFileVolumeSource? configMap:19:*.ConfigMapVolumeSource? vsphereVolume:20:*.VsphereVirtualDiskVolumeSource? quobyte:21:*.QuobyteVolumeSource? azureDisk:22:*.AzureDiskVolumeSource? photonPersistentDisk:23:*.PhotonPersistentDiskVolumeSource? projected:26:*.ProjectedVolumeSource? portworxVolume:24:*.PortworxVolumeSource? scaleIO:25:*.ScaleIOVolumeSource? storageos:27:*.StorageOSVolumeSource? csi:28:*.CSIVolumeSource? ephemeral:29:*.EphemeralVolumeSource? image:30:*.ImageVolumeSource?
Volume name:1:string +:2:.VolumeSource
ContainerPort name:1:string? hostPort:2:int32? containerPort:3:int32 protocol:4:string? hostIP:5:string?
ConfigMapEnvSource +:1:.LocalObjectReference optional:2:*bool?
SecretEnvSource +:1:.LocalObjectReference optional:2:*bool?
EnvFromSource prefix:1:string? configMapRef:2:*.ConfigMapEnvSource? secretRef:3:*.SecretEnvSource?
ConfigMapKeySelector +:1:.LocalObjectReference key:2:string optional:3:*bool?
SecretKeySelector +:1:.LocalObjectReference key:2:string optional:3:*bool?
FileKeySelector volumeName:1:string path:2:string key:3:string optional:4:*bool?
EnvVarSource fieldRef:1:*.ObjectFieldSelector? resourceFieldRef:2:*.ResourceFieldSelector? configMapKeyRef:3:*.ConfigMapKeySelector? secretKeyRef:4:*.SecretKeySelector? fileKeyRef:5:*.FileKeySelector?
EnvVar name:1:string value:2:string? valueFrom:3:*.EnvVarSource?
ResourceClaim name:1:string request:2:string?
ResourceRequirements limits:1:{}quantity? requests:2:{}quantity? claims:3:[].ResourceClaim?
ContainerResizePolicy resourceName:1:string restartPolicy:2:string
ContainerRestartRuleOnExitCodes operator:1:string? values:2:[]int32?
ContainerRestartRule action:1:string? exitCodes:2:*.ContainerRestartRuleOnExitCodes?
VolumeMount name:1:string readOnly:2:bool? recursiveReadOnly:7:*string? mountPath:3:string subPath:4:string? mountPropagation:5:*string? subPathExpr:6:string?
VolumeDevice name:1:string devicePath:2:string
ExecAction command:1:[]string?
HTTPHeader name:1:string value:2:string
HTTPGetAction path:1:string? port:2:intstr host:3:string? scheme:4:string? httpHeaders:5:[].HTTPHeader?
TCPSocketAction port:1:intstr host:2:string?
GRPCAction port:1:int32 service:2:*string
ProbeHandler exec:1:*.ExecAction? httpGet:2:*.HTTPGetAction? tcpSocket:3:*.TCPSocketAction? grpc:4:*.GRPCAction?
Probe +:1:.ProbeHandler initialDelaySeconds:2:int32? timeoutSeconds:3:int32? periodSeconds:4:int32? successThreshold:5:int32? failureThreshold:6:int32? terminationGracePeriodSeconds:7:*int64?
SleepAction seconds:1:int64
LifecycleHandler exec:1:*.ExecAction? httpGet:2:*.HTTPGetAction? tcpSocket:3:*.TCPSocketAction? sleep:4:*.SleepAction?
Lifecycle postStart:1:*.LifecycleHandler? preStop:2:*.LifecycleHandler? stopSignal:3:*string?
Capabilities add:1:[]string? drop:2:[]string?
SELinuxOptions user:1:string? role:2:string? type:3:string? level:4:string?
WindowsSecurityContextOptions gmsaCredentialSpecName:1:*string? gmsaCredentialSpec:2:*string? runAsUserName:3:*string? hostProcess:4:*bool?
SeccompProfile type:1:string localhostProfile:2:*string?
AppArmorProfile type:1:string localhostProfile:2:*string?
SecurityContext capabilities:1:*.Capabilities? privileged:2:*bool? seLinuxOptions:3:*.SELinuxOptions? windowsOptions:10:*.WindowsSecurityContextOptions? runAsUser:4:*int64? runAsGroup:8:*int64? runAsNonRoot:5:*bool? readOnlyRootFilesystem:6:*bool? allowPrivilegeEscalation:7:*bool? procMount:9:*string? seccompProfile:11:*.SeccompProfile? appArmorProfile:12:*.AppArmorProfile?
Container name:1:string image:2:string? command:3:[]string? args:4:[]string? workingDir:5:string? ports:6:[].ContainerPort? envFrom:19:[].EnvFromSource? env:7:[].EnvVar? resources:8:.ResourceRequirements? resizePolicy:23:[].ContainerResizePolicy? restartPolicy:24:*string? restartPolicyRules:25:[].ContainerRestartRule? volumeMounts:9:[].VolumeMount? volumeDevices:21:[].VolumeDevice? livenessProbe:10:*.Probe? readinessProbe:11:*.Probe? startupProbe:22:*.Probe? lifecycle:12:*.Lifecycle? terminationMessagePath:13:string? terminationMessagePolicy:20:string? imagePullPolicy:14:string? securityContext:15:*.SecurityContext? stdin:16:bool? stdinOnce:17:bool? tty:18:bool?
EphemeralContainerCommon name:1:string image:2:string? command:3:[]string? args:4:[]string? workingDir:5:string? ports:6:[].ContainerPort? envFrom:19:[].EnvFromSource? env:7:[].EnvVar? resources:8:.ResourceRequirements? resizePolicy:23:[].ContainerResizePolicy? restartPolicy:24:*string? restartPolicyRules:25:[].ContainerRestartRule? volumeMounts:9:[].VolumeMount? volumeDevices:21:[].VolumeDevice? livenessProbe:10:*.Probe? readinessProbe:11:*.Probe? startupProbe:22:*.Probe? lifecycle:12:*.Lifecycle? terminationMessagePath:13:string? terminationMessagePolicy:20:string? imagePullPolicy:14:string? securityContext:15:*.SecurityContext? stdin:16:bool? stdinOnce:17:bool? tty:18:bool?
EphemeralContainer +:1:.EphemeralContainerCommon targetContainerName:2:string?
Sysctl name:1:string value:2:string
PodSecurityContext seLinuxOptions:1:*.SELinuxOptions? windowsOptions:8:*.WindowsSecurityContextOptions? runAsUser:2:*int64? runAsGroup:6:*int64? runAsNonRoot:3:*bool? supplementalGroups:4:[]int64? supplementalGroupsPolicy:12:*string? fsGroup:5:*int64? sysctls:7:[].Sysctl? fsGroupChangePolicy:9:*string? seccompProfile:10:*.SeccompProfile? appArmorProfile:11:*.AppArmorProfile? seLinuxChangePolicy:13:*string?
NodeSelectorRequirement key:1:string operator:2:string values:3:[]string?
NodeSelectorTerm matchExpressions:1:[].NodeSelectorRequirement? matchFields:2:[].NodeSelectorRequirement?
NodeSelector nodeSelectorTerms:1:[].NodeSelectorTerm
PreferredSchedulingTerm weight:1:int32 preference:2:.NodeSelectorTerm
NodeAffinity requiredDuringSchedulingIgnoredDuringExecution:1:*.NodeSelector? preferredDuringSchedulingIgnoredDuringExecution:2:[].PreferredSchedulingTerm?
PodAffinityTerm labelSelector:1:*.LabelSelector? namespaces:2:[]string? topologyKey:3:string namespaceSelector:4:*.LabelSelector? matchLabelKeys:5:[]string? mismatchLabelKeys:6:[]string?
WeightedPodAffinityTerm weight:1:int32 podAffinityTerm:2:.PodAffinityTerm
PodAffinity requiredDuringSchedulingIgnoredDuringExecution:1:[].PodAffinityTerm? preferredDuringSchedulingIgnoredDuringExecution:2:[].WeightedPodAffinityTerm?
PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution:1:[].PodAffinityTerm? preferredDuringSchedulingIgnoredDuringExecution:2:[].WeightedPodAffinityTerm?
Affinity nodeAffinity:1:*.NodeAffinity? podAffinity:2:*.PodAffinity? podAntiAffinity:3:*.PodAntiAffinity?
Toleration key:1:string? operator:2:string? value:3:string? effect:4:string? tolerationSeconds:5:*int64?
HostAlias ip:1:string hostnames:2:[]string?
PodDNSConfigOption name:1:string? value:2:*string?
PodDNSConfig nameservers:1:[]string? searches:2:[]string? options:3:[].PodDNSConfigOption?
PodReadinessGate conditionType:1:string
TopologySpreadConstraint maxSkew:1:int32 topologyKey:2:string whenUnsatisfiable:3:string labelSelector:4:*.LabelSelector? minDomains:5:*int32? nodeAffinityPolicy:6:*string? nodeTaintsPolicy:7:*string? matchLabelKeys:8:[]string?
PodOS name:1:string
PodSchedulingGate name:1:string
PodResourceClaim name:1:string resourceClaimName:3:*string? resourceClaimTemplateName:4:*string?
PodSchedulingGroup podGroupName:1:*string?
PodSpec volumes:1:[].Volume? initContainers:20:[].Container? containers:2:[].Container ephemeralContainers:34:[].EphemeralContainer? restartPolicy:3:string? terminationGracePeriodSeconds:4:*int64? activeDeadlineSeconds:5:*int64? dnsPolicy:6:string? nodeSelector:7:{}string? serviceAccountName:8:string? serviceAccount:9:string? automountServiceAccountToken:21:*bool? nodeName:10:string? hostNetwork:11:bool? hostPID:12:bool? hostIPC:13:bool? shareProcessNamespace:27:*bool? securityContext:14:*.PodSecurityContext? imagePullSecrets:15:[].LocalObjectReference? hostname:16:string? subdomain:17:string? affinity:18:*.Affinity? schedulerName:19:string? tolerations:22:[].Toleration? hostAliases:23:[].HostAlias? priorityClassName:24:string? priority:25:*int32? dnsConfig:26:*.PodDNSConfig? readinessGates:28:[].PodReadinessGate? runtimeClassName:29:*string? enableServiceLinks:30:*bool? preemptionPolicy:31:*string? overhead:32:{}quantity? topologySpreadConstraints:33:[].TopologySpreadConstraint? setHostnameAsFQDN:35:*bool? os:36:*.PodOS? hostUsers:37:*bool? schedulingGates:38:[].PodSchedulingGate? resourceClaims:39:[].PodResourceClaim? resources:40:*.ResourceRequirements? hostnameOverride:41:*string? schedulingGroup:43:*.PodSchedulingGroup?
PodTemplateSpec metadata:1:.ObjectMeta? spec:2:.PodSpec?
RollingUpdateDaemonSet maxUnavailable:1:*intstr? maxSurge:2:*intstr?
DaemonSetUpdateStrategy type:1:string? rollingUpdate:2:*.RollingUpdateDaemonSet?
DaemonSetSpec selector:1:*.LabelSelector template:2:.PodTemplateSpec updateStrategy:3:.DaemonSetUpdateStrategy? minReadySeconds:4:int32? revisionHistoryLimit:6:*int32?
DaemonSetCondition type:1:string status:2:string lastTransitionTime:3:time? reason:4:string? message:5:string?
DaemonSetStatus currentNumberScheduled:1:int32 numberMisscheduled:2:int32 desiredNumberScheduled:3:int32 numberReady:4:int32 observedGeneration:5:int64? updatedNumberScheduled:6:int32? numberAvailable:7:int32? numberUnavailable:8:int32? collisionCount:9:*int32? conditions:10:[].DaemonSetCondition?
DaemonSet metadata:1:.ObjectMeta? spec:2:.DaemonSetSpec? status:3:.DaemonSetStatus?
apps/v1 DaemonSet DaemonSet
RollingUpdateDeployment maxUnavailable:1:*intstr? maxSurge:2:*intstr?
DeploymentStrategy type:1:string? rollingUpdate:2:*.RollingUpdateDeployment?
DeploymentSpec replicas:1:*int32? selector:2:*.LabelSelector template:3:.PodTemplateSpec strategy:4:.DeploymentStrategy? minReadySeconds:5:int32? revisionHistoryLimit:6:*int32? paused:7:bool? progressDeadlineSeconds:9:*int32?
DeploymentCondition type:1:string status:2:string lastUpdateTime:6:time? lastTransitionTime:7:time? reason:4:string? message:5:string?
DeploymentStatus observedGeneration:1:int64? replicas:2:int32? updatedReplicas:3:int32? readyReplicas:7:int32? availableReplicas:4:int32? unavailableReplicas:5:int32? terminatingReplicas:9:*int32? conditions:6:[].DeploymentCondition? collisionCount:8:*int32?
Deployment metadata:1:.ObjectMeta? spec:2:.DeploymentSpec? status:3:.DeploymentStatus?
apps/v1 Deployment Deployment
ReplicaSetSpec replicas:1:*int32? minReadySeconds:4:int32? selector:2:*.LabelSelector template:3:.PodTemplateSpec?
ReplicaSetCondition type:1:string status:2:string lastTransitionTime:3:time? reason:4:string? message:5:string?
ReplicaSetStatus replicas:1:int32 fullyLabeledReplicas:2:int32? readyReplicas:4:int32? availableReplicas:5:int32? terminatingReplicas:7:*int32? observedGeneration:3:int64? conditions:6:[].ReplicaSetCondition?
ReplicaSet metadata:1:.ObjectMeta? spec:2:.ReplicaSetSpec? status:3:.ReplicaSetStatus?
apps/v1 ReplicaSet ReplicaSet
CrossVersionObjectReference kind:1:string name:2:string apiVersion:3:string?
HorizontalPodAutoscalerSpec scaleTargetRef:1:.CrossVersionObjectReference minReplicas:2:*int32? maxReplicas:3:int32 targetCPUUtilizationPercentage:4:*int32?
HorizontalPodAutoscalerStatus observedGeneration:1:*int64? lastScaleTime:2:*time? currentReplicas:3:int32 desiredReplicas:4:int32 currentCPUUtilizationPercentage:5:*int32?
HorizontalPodAutoscaler metadata:1:.ObjectMeta? spec:2:.HorizontalPodAutoscalerSpec? status:3:.HorizontalPodAutoscalerStatus?
autoscaling/v1 HorizontalPodAutoscaler HorizontalPodAutoscaler
CrossVersionObjectReference2 kind:1:string name:2:string apiVersion:3:string?
MetricTarget type:1:string value:2:*quantity? averageValue:3:*quantity? averageUtilization:4:*int32?
MetricIdentifier name:1:string selector:2:*.LabelSelector?
ObjectMetricSource describedObject:1:.CrossVersionObjectReference2 target:2:.MetricTarget metric:3:.MetricIdentifier
PodsMetricSource metric:1:.MetricIdentifier target:2:.MetricTarget
ResourceMetricSource name:1:string target:2:.MetricTarget
ContainerResourceMetricSource name:1:string target:2:.MetricTarget container:3:string
ExternalMetricSource metric:1:.MetricIdentifier target:2:.MetricTarget
MetricSpec type:1:string object:2:*.ObjectMetricSource? pods:3:*.PodsMetricSource? resource:4:*.ResourceMetricSource? containerResource:7:*.ContainerResourceMetricSource? external:5:*.ExternalMetricSource?
HPAScalingPolicy type:1:string value:2:int32 periodSeconds:3:int32
HPAScalingRules stabilizationWindowSeconds:3:*int32? selectPolicy:1:*string? policies:2:[].HPAScalingPolicy? tolerance:4:*quantity?
HorizontalPodAutoscalerBehavior scaleUp:1:*.HPAScalingRules? scaleDown:2:*.HPAScalingRules?
HorizontalPodAutoscalerSpec2 scaleTargetRef:1:.CrossVersionObjectReference2 minReplicas:2:*int32? maxReplicas:3:int32 metrics:4:[].MetricSpec? behavior:5:*.HorizontalPodAutoscalerBehavior?
MetricValueStatus value:1:*quantity? averageValue:2:*quantity? averageUtilization:3:*int32?
ObjectMetricStatus metric:1:.MetricIdentifier current:2:.MetricValueStatus describedObject:3:.CrossVersionObjectReference2
PodsMetricStatus metric:1:.MetricIdentifier current:2:.MetricValueStatus
ResourceMetricStatus name:1:string current:2:.MetricValueStatus
ContainerResourceMetricStatus name:1:string current:2:.MetricValueStatus container:3:string
ExternalMetricStatus metric:1:.MetricIdentifier current:2:.MetricValueStatus
MetricStatus type:1:string object:2:*.ObjectMetricStatus? pods:3:*.PodsMetricStatus? resource:4:*.ResourceMetricStatus? containerResource:7:*.ContainerResourceMetricStatus? external:5:*.ExternalMetricStatus?
HorizontalPodAutoscalerCondition type:1:string status:2:string lastTransitionTime:3:time? reason:4:string? message:5:string?
HorizontalPodAutoscalerStatus2 observedGeneration:1:*int64? lastScaleTime:2:*time? currentReplicas:3:int32? desiredReplicas:4:int32 currentMetrics:5:[].MetricStatus conditions:6:[].HorizontalPodAutoscalerCondition?
HorizontalPodAutoscaler2 metadata:1:.ObjectMeta? spec:2:.HorizontalPodAutoscalerSpec2? status:3:.HorizontalPodAutoscalerStatus2?
autoscaling/v2 HorizontalPodAutoscaler HorizontalPodAutoscaler2
PodFailurePolicyOnExitCodesRequirement containerName:1:*string? operator:2:string values:3:[]int32
PodFailurePolicyOnPodConditionsPattern type:1:string status:2:string
PodFailurePolicyRule action:1:string onExitCodes:2:*.PodFailurePolicyOnExitCodesRequirement? onPodConditions:3:[].PodFailurePolicyOnPodConditionsPattern?
PodFailurePolicy rules:1:[].PodFailurePolicyRule
SuccessPolicyRule succeededIndexes:1:*string? succeededCount:2:*int32?
SuccessPolicy rules:1:[].SuccessPolicyRule
JobSpec parallelism:1:*int32? completions:2:*int32? activeDeadlineSeconds:3:*int64? podFailurePolicy:11:*.PodFailurePolicy? successPolicy:16:*.SuccessPolicy? backoffLimit:7:*int32? backoffLimitPerIndex:12:*int32? maxFailedIndexes:13:*int32? selector:4:*.LabelSelector? manualSelector:5:*bool? template:6:.PodTemplateSpec ttlSecondsAfterFinished:8:*int32? completionMode:9:*string? suspend:10:*bool? podReplacementPolicy:14:*string? managedBy:15:*string?
JobTemplateSpec metadata:1:.ObjectMeta? spec:2:.JobSpec?
CronJobSpec schedule:1:string timeZone:8:*string? startingDeadlineSeconds:2:*int64? concurrencyPolicy:3:string? suspend:4:*bool? jobTemplate:5:.JobTemplateSpec successfulJobsHistoryLimit:6:*int32? failedJobsHistoryLimit:7:*int32?
ObjectReference kind:1:string? namespace:2:string? name:3:string? uid:4:string? apiVersion:5:string? resourceVersion:6:string? fieldPath:7:string?
CronJobStatus active:1:[].ObjectReference? lastScheduleTime:4:*time? lastSuccessfulTime:5:*time?
CronJob metadata:1:.ObjectMeta? spec:2:.CronJobSpec? status:3:.CronJobStatus?
batch/v1 CronJob CronJob
JobCondition type:1:string status:2:string lastProbeTime:3:time? lastTransitionTime:4:time? reason:5:string? message:6:string?
UncountedTerminatedPods succeeded:1:[]string? failed:2:[]string?
JobStatus conditions:1:[].JobCondition? startTime:2:*time? completionTime:3:*time? active:4:int32? succeeded:5:int32? failed:6:int32? terminating:11:*int32? completedIndexes:7:string? failedIndexes:10:*string? uncountedTerminatedPods:8:*.UncountedTerminatedPods? ready:9:*int32?
Job metadata:1:.ObjectMeta? spec:2:.JobSpec? status:3:.JobStatus?
batch/v1 Job Job
LeaseSpec holderIdentity:1:*string? leaseDurationSeconds:2:*int32? acquireTime:3:*micro? renewTime:4:*micro? leaseTransitions:5:*int32? strategy:6:*string? preferredHolder:7:*string?
Lease metadata:1:.ObjectMeta? spec:2:.LeaseSpec?
coordination.k8s.io/v1 Lease Lease
EndpointConditions ready:1:*bool? serving:2:*bool? terminating:3:*bool?
ForZone name:1:string
ForNode name:1:string
EndpointHints forZones:1:[].ForZone? forNodes:2:[].ForNode?
Endpoint addresses:1:[]string conditions:2:.EndpointConditions? hostname:3:*string? targetRef:4:*.ObjectReference? deprecatedTopology:5:{}string? nodeName:6:*string? zone:7:*string? hints:8:*.EndpointHints?
EndpointPort name:1:*string? protocol:2:*string? port:3:*int32? appProtocol:4:*string?
EndpointSlice metadata:1:.ObjectMeta? addressType:4:string endpoints:2:[].Endpoint ports:3:[].EndpointPort
discovery.k8s.io/v1 EndpointSlice EndpointSlice
EventSeries count:1:int32 lastObservedTime:2:micro
EventSource component:1:string? host:2:string?
Event metadata:1:.ObjectMeta eventTime:2:micro series:3:*.EventSeries? reportingController:4:string? reportingInstance:5:string? action:6:string? reason:7:string? regarding:8:.ObjectReference? related:9:*.ObjectReference? note:10:string? type:11:string? deprecatedSource:12:.EventSource? deprecatedFirstTimestamp:13:time? deprecatedLastTimestamp:14:time? deprecatedCount:15:int32?
events.k8s.io/v1 Event Event
PriorityLevelConfigurationReference name:1:string
FlowDistinguisherMethod type:1:string
UserSubject name:1:string
GroupSubject name:1:string
ServiceAccountSubject namespace:1:string name:2:string
Subject kind:1:string user:2:*.UserSubject? group:3:*.GroupSubject? serviceAccount:4:*.ServiceAccountSubject?
ResourcePolicyRule verbs:1:[]string apiGroups:2:[]string resources:3:[]string clusterScope:4:bool? namespaces:5:[]string
NonResourcePolicyRule verbs:1:[]string nonResourceURLs:6:[]string
PolicyRulesWithSubjects subjects:1:[].Subject resourceRules:2:[].ResourcePolicyRule? nonResourceRules:3:[].NonResourcePolicyRule?
FlowSchemaSpec priorityLevelConfiguration:1:.PriorityLevelConfigurationReference matchingPrecedence:2:int32 distinguisherMethod:3:*.FlowDistinguisherMethod? rules:4:[].PolicyRulesWithSubjects?
FlowSchemaCondition type:1:string? status:2:string? lastTransitionTime:3:time? reason:4:string? message:5:string?
FlowSchemaStatus conditions:1:[].FlowSchemaCondition?
FlowSchema metadata:1:.ObjectMeta? spec:2:.FlowSchemaSpec? status:3:.FlowSchemaStatus?
flowcontrol.apiserver.k8s.io/v1 FlowSchema FlowSchema
QueuingConfiguration queues:1:int32 handSize:2:int32 queueLengthLimit:3:int32
LimitResponse type:1:string queuing:2:*.QueuingConfiguration?
LimitedPriorityLevelConfiguration nominalConcurrencyShares:1:*int32 limitResponse:2:.LimitResponse? lendablePercent:3:*int32? borrowingLimitPercent:4:*int32?
ExemptPriorityLevelConfiguration nominalConcurrencyShares:1:*int32? lendablePercent:2:*int32?
PriorityLevelConfigurationSpec type:1:string limited:2:*.LimitedPriorityLevelConfiguration? exempt:3:*.ExemptPriorityLevelConfiguration?
PriorityLevelConfigurationCondition type:1:string? status:2:string? lastTransitionTime:3:time? reason:4:string? message:5:string?
PriorityLevelConfigurationStatus conditions:1:[].PriorityLevelConfigurationCondition?
PriorityLevelConfiguration metadata:1:.ObjectMeta? spec:2:.PriorityLevelConfigurationSpec? status:3:.PriorityLevelConfigurationStatus?
flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration PriorityLevelConfiguration
ParentReference group:1:string? resource:2:string? namespace:3:string? name:4:string?
IPAddressSpec parentRef:1:*.ParentReference?
IPAddress metadata:1:.ObjectMeta? spec:2:.IPAddressSpec?
networking.k8s.io/v1 IPAddress IPAddress
ServiceBackendPort name:1:string? number:2:int32?
IngressServiceBackend name:1:string port:2:.ServiceBackendPort?
IngressBackend service:4:*.IngressServiceBackend? resource:3:*.TypedLocalObjectReference?
IngressTLS hosts:1:[]string? secretName:2:string?
HTTPIngressPath path:1:string? pathType:3:*string backend:2:.IngressBackend
HTTPIngressRuleValue paths:1:[].HTTPIngressPath
IngressRuleValue http:1:*.HTTPIngressRuleValue?
IngressRule host:1:string? +:2:.IngressRuleValue
IngressSpec ingressClassName:4:*string? defaultBackend:1:*.IngressBackend? tls:2:[].IngressTLS? rules:3:[].IngressRule?
IngressPortStatus port:1:int32 protocol:2:string error:3:*string?
IngressLoadBalancerIngress ip:1:string? hostname:2:string? ports:4:[].IngressPortStatus?
IngressLoadBalancerStatus ingress:1:[].IngressLoadBalancerIngress?
IngressStatus loadBalancer:1:.IngressLoadBalancerStatus?
Ingress metadata:1:.ObjectMeta? spec:2:.IngressSpec? status:3:.IngressStatus?
networking.k8s.io/v1 Ingress Ingress
IngressClassParametersReference apiGroup:1:*string? kind:2:string name:3:string scope:4:*string namespace:5:*string?
IngressClassSpec controller:1:string? parameters:2:*.IngressClassParametersReference?
IngressClass metadata:1:.ObjectMeta? spec:2:.IngressClassSpec?
networking.k8s.io/v1 IngressClass IngressClass
NetworkPolicyPort protocol:1:*string? port:2:*intstr? endPort:3:*int32?
IPBlock cidr:1:string except:2:[]string?
NetworkPolicyPeer podSelector:1:*.LabelSelector? namespaceSelector:2:*.LabelSelector? ipBlock:3:*.IPBlock?
NetworkPolicyIngressRule ports:1:[].NetworkPolicyPort? from:2:[].NetworkPolicyPeer?
NetworkPolicyEgressRule ports:1:[].NetworkPolicyPort? to:2:[].NetworkPolicyPeer?
NetworkPolicySpec podSelector:1:.LabelSelector ingress:2:[].NetworkPolicyIngressRule? egress:3:[].NetworkPolicyEgressRule? policyTypes:4:[]string?
NetworkPolicy metadata:1:.ObjectMeta? spec:2:.NetworkPolicySpec?
networking.k8s.io/v1 NetworkPolicy NetworkPolicy
ServiceCIDRSpec cidrs:1:[]string?
ServiceCIDRStatus conditions:1:[].Condition?
ServiceCIDR metadata:1:.ObjectMeta? spec:2:.ServiceCIDRSpec? status:3:.ServiceCIDRStatus?
networking.k8s.io/v1 ServiceCIDR ServiceCIDR
Overhead podFixed:1:{}quantity?
Scheduling nodeSelector:1:{}string? tolerations:2:[].Toleration?
RuntimeClass metadata:1:.ObjectMeta? handler:2:string overhead:3:*.Overhead? scheduling:4:*.Scheduling?
node.k8s.io/v1 RuntimeClass RuntimeClass
PodDisruptionBudgetSpec minAvailable:1:*intstr? selector:2:*.LabelSelector? maxUnavailable:3:*intstr? unhealthyPodEvictionPolicy:4:*string?
PodDisruptionBudgetStatus observedGeneration:1:int64? disruptedPods:2:{}time? disruptionsAllowed:3:int32 currentHealthy:4:int32 desiredHealthy:5:int32 expectedPods:6:int32 conditions:7:[].Condition?
PodDisruptionBudget metadata:1:.ObjectMeta? spec:2:.PodDisruptionBudgetSpec? status:3:.PodDisruptionBudgetStatus?
policy/v1 PodDisruptionBudget PodDisruptionBudget
PolicyRule verbs:1:[]string apiGroups:2:[]string? resources:3:[]string? resourceNames:4:[]string? nonResourceURLs:5:[]string?
AggregationRule clusterRoleSelectors:1:[].LabelSelector?
ClusterRole metadata:1:.ObjectMeta? rules:2:[].PolicyRule aggregationRule:3:*.AggregationRule?
rbac.authorization.k8s.io/v1 ClusterRole ClusterRole
Subject2 kind:1:string apiGroup:2:string? name:3:string namespace:4:string?
RoleRef apiGroup:1:string kind:2:string name:3:string
ClusterRoleBinding metadata:1:.ObjectMeta? subjects:2:[].Subject2? roleRef:3:.RoleRef
rbac.authorization.k8s.io/v1 ClusterRoleBinding ClusterRoleBinding
Role metadata:1:.ObjectMeta? rules:2:[].PolicyRule
rbac.authorization.k8s.io/v1 Role Role
RoleBinding metadata:1:.ObjectMeta? subjects:2:[].Subject2? roleRef:3:.RoleRef
rbac.authorization.k8s.io/v1 RoleBinding RoleBinding
CELDeviceSelector expression:1:string
DeviceSelector cel:1:*.CELDeviceSelector?
OpaqueDeviceConfiguration driver:1:string parameters:2:raw
DeviceConfiguration opaque:1:*.OpaqueDeviceConfiguration?
DeviceClassConfiguration +:1:.DeviceConfiguration
DeviceClassSpec selectors:1:[].DeviceSelector? config:2:[].DeviceClassConfiguration? extendedResourceName:4:*string?
DeviceClass metadata:1:.ObjectMeta? spec:2:.DeviceClassSpec
resource.k8s.io/v1 DeviceClass DeviceClass
DeviceToleration key:1:string? operator:2:string? value:3:string? effect:4:string? tolerationSeconds:5:*int64?
CapacityRequirements requests:1:{}quantity?
ExactDeviceRequest deviceClassName:1:string selectors:2:[].DeviceSelector? allocationMode:3:string? count:4:int64? adminAccess:5:*bool? tolerations:6:[].DeviceToleration? capacity:7:*.CapacityRequirements?
DeviceSubRequest name:1:string deviceClassName:2:string selectors:3:[].DeviceSelector? allocationMode:4:string? count:5:int64? tolerations:6:[].DeviceToleration? capacity:7:*.CapacityRequirements?
DeviceRequest name:1:string exactly:2:*.ExactDeviceRequest? firstAvailable:3:[].DeviceSubRequest?
DeviceConstraint requests:1:[]string? matchAttribute:2:*string? distinctAttribute:3:*string?
DeviceClaimConfiguration requests:1:[]string? +:2:.DeviceConfiguration
DeviceClaim requests:1:[].DeviceRequest constraints:2:[].DeviceConstraint? config:3:[].DeviceClaimConfiguration?
ResourceClaimSpec devices:1:.DeviceClaim
DeviceRequestAllocationResult request:1:string driver:2:string pool:3:string device:4:string adminAccess:5:*bool? tolerations:6:[].DeviceToleration? bindingConditions:7:[]string? bindingFailureConditions:8:[]string? shareID:9:*string? consumedCapacity:10:{}quantity?
DeviceAllocationConfiguration source:1:string requests:2:[]string? +:3:.DeviceConfiguration
DeviceAllocationResult results:1:[].DeviceRequestAllocationResult? config:2:[].DeviceAllocationConfiguration?
AllocationResult devices:1:.DeviceAllocationResult? nodeSelector:3:*.NodeSelector? allocationTimestamp:5:*time?
ResourceClaimConsumerReference apiGroup:1:string? resource:3:string name:4:string uid:5:string
NetworkDeviceData interfaceName:1:string? ips:2:[]string? hardwareAddress:3:string?
AllocatedDeviceStatus driver:1:string pool:2:string device:3:string shareID:7:*string? conditions:4:[].Condition data:5:*raw? networkData:6:*.NetworkDeviceData?
ResourceClaimStatus allocation:1:*.AllocationResult? reservedFor:2:[].ResourceClaimConsumerReference? devices:4:[].AllocatedDeviceStatus?
ResourceClaim2 metadata:1:.ObjectMeta? spec:2:.ResourceClaimSpec status:3:.ResourceClaimStatus?
resource.k8s.io/v1 ResourceClaim ResourceClaim2
ResourceClaimTemplateSpec metadata:1:.ObjectMeta? spec:2:.ResourceClaimSpec
ResourceClaimTemplate metadata:1:.ObjectMeta? spec:2:.ResourceClaimTemplateSpec
resource.k8s.io/v1 ResourceClaimTemplate ResourceClaimTemplate
ResourcePool name:1:string generation:2:int64 resourceSliceCount:3:int64
DeviceAttribute int:2:*int64? bool:3:*bool? string:4:*string? version:5:*string? ints:6:[]int64? bools:7:[]bool? strings:8:[]string? versions:9:[]string?
CapacityRequestPolicyRange min:1:*quantity? max:2:*quantity? step:3:*quantity?
CapacityRequestPolicy default:1:*quantity validValues:3:[]quantity? validRange:4:*.CapacityRequestPolicyRange?
DeviceCapacity value:1:quantity requestPolicy:2:*.CapacityRequestPolicy?
Counter value:1:quantity
DeviceCounterConsumption counterSet:1:string counters:2:{}.Counter?
DeviceTaint key:1:string value:2:string? effect:3:string timeAdded:4:*time?
NodeAllocatableResourceMapping capacityKey:1:*string? allocationMultiplier:2:*quantity?
Device name:1:string attributes:2:{}.DeviceAttribute? capacity:3:{}.DeviceCapacity? consumesCounters:4:[].DeviceCounterConsumption? nodeName:5:*string? nodeSelector:6:*.NodeSelector? allNodes:7:*bool? taints:8:[].DeviceTaint? bindsToNode:9:*bool? bindingConditions:10:[]string? bindingFailureConditions:11:[]string? allowMultipleAllocations:12:*bool? nodeAllocatableResourceMappings:13:{}.NodeAllocatableResourceMapping?
CounterSet name:1:string counters:2:{}.Counter?
ResourceSliceSpec driver:1:string pool:2:.ResourcePool nodeName:3:*string? nodeSelector:4:*.NodeSelector? allNodes:5:*bool? devices:6:[].Device? perDeviceNodeSelection:7:*bool? sharedCounters:8:[].CounterSet?
ResourceSlice metadata:1:.ObjectMeta? spec:2:.ResourceSliceSpec
resource.k8s.io/v1 ResourceSlice ResourceSlice
PriorityClass metadata:1:.ObjectMeta? value:2:int32 globalDefault:3:bool? description:4:string? preemptionPolicy:5:*string?
scheduling.k8s.io/v1 PriorityClass PriorityClass
TokenRequest audience:1:string expirationSeconds:2:*int64?
CSIDriverSpec attachRequired:1:*bool? podInfoOnMount:2:*bool? volumeLifecycleModes:3:[]string? storageCapacity:4:*bool? fsGroupPolicy:5:*string? tokenRequests:6:[].TokenRequest? requiresRepublish:7:*bool? seLinuxMount:8:*bool? nodeAllocatableUpdatePeriodSeconds:9:*int64? serviceAccountTokenInSecrets:10:*bool? preventPodSchedulingIfMissing:11:*bool?
CSIDriver metadata:1:.ObjectMeta? spec:2:.CSIDriverSpec
storage.k8s.io/v1 CSIDriver CSIDriver
VolumeNodeResources count:1:*int32?
CSINodeDriver name:1:string nodeID:2:string topologyKeys:3:[]string allocatable:4:*.VolumeNodeResources?
CSINodeSpec drivers:1:[].CSINodeDriver
CSINode metadata:1:.ObjectMeta? spec:2:.CSINodeSpec
storage.k8s.io/v1 CSINode CSINode
CSIStorageCapacity metadata:1:.ObjectMeta? nodeTopology:2:*.LabelSelector? storageClassName:3:string capacity:4:*quantity? maximumVolumeSize:5:*quantity?
storage.k8s.io/v1 CSIStorageCapacity CSIStorageCapacity
TopologySelectorLabelRequirement key:1:string values:2:[]string
TopologySelectorTerm matchLabelExpressions:1:[].TopologySelectorLabelRequirement?
StorageClass metadata:1:.ObjectMeta? provisioner:2:string parameters:3:{}string? reclaimPolicy:4:*string? mountOptions:5:[]string? allowVolumeExpansion:6:*bool? volumeBindingMode:7:*string? allowedTopologies:8:[].TopologySelectorTerm?
storage.k8s.io/v1 StorageClass StorageClass
GlusterfsPersistentVolumeSource endpoints:1:string path:2:string readOnly:3:bool? endpointsNamespace:4:*string?
SecretReference name:1:string? namespace:2:string?
RBDPersistentVolumeSource monitors:1:[]string image:2:string fsType:3:string? pool:4:string? user:5:string? keyring:6:string? secretRef:7:*.SecretReference? readOnly:8:bool?
ISCSIPersistentVolumeSource targetPortal:1:string iqn:2:string lun:3:int32 iscsiInterface:4:string? fsType:5:string? readOnly:6:bool? portals:7:[]string? chapAuthDiscovery:8:bool? chapAuthSession:11:bool? secretRef:10:*.SecretReference? initiatorName:12:*string?
CinderPersistentVolumeSource volumeID:1:string fsType:2:string? readOnly:3:bool? secretRef:4:*.SecretReference?
CephFSPersistentVolumeSource monitors:1:[]string path:2:string? user:3:string? secretFile:4:string? secretRef:5:*.SecretReference? readOnly:6:bool?
FlexPersistentVolumeSource driver:1:string fsType:2:string? secretRef:3:*.SecretReference? readOnly:4:bool? options:5:{}string?
AzureFilePersistentVolumeSource secretName:1:string shareName:2:string readOnly:3:bool? secretNamespace:4:*string
ScaleIOPersistentVolumeSource gateway:1:string system:2:string secretRef:3:*.SecretReference sslEnabled:4:bool? protectionDomain:5:string? storagePool:6:string? storageMode:7:string? volumeName:8:string? fsType:9:string? readOnly:10:bool?
LocalVolumeSource path:1:string fsType:2:*string?
StorageOSPersistentVolumeSource volumeName:1:string? volumeNamespace:2:string? fsType:3:string? readOnly:4:bool? secretRef:5:*.ObjectReference?
CSIPersistentVolumeSource driver:1:string volumeHandle:2:string readOnly:3:bool? fsType:4:string? volumeAttributes:5:{}string? controllerPublishSecretRef:6:*.SecretReference? nodeStageSecretRef:7:*.SecretReference? nodePublishSecretRef:8:*.SecretReference? controllerExpandSecretRef:9:*.SecretReference? nodeExpandSecretRef:10:*.SecretReference?
PersistentVolumeSource gcePersistentDisk:1:*.GCEPersistentDiskVolumeSource? awsElasticBlockStore:2:*.AWSElasticBlockStoreVolumeSource? hostPath:3:*.HostPathVolumeSource? glusterfs:4:*.GlusterfsPersistentVolumeSource? nfs:5:*.NFSVolumeSource? rbd:6:*.RBDPersistentVolumeSource? iscsi:7:*.ISCSIPersistentVolumeSource? cinder:8:*.CinderPersistentVolumeSource? cephfs:9:*.CephFSPersistentVolumeSource? fc:10:*.FCVolumeSource? flocker:11:*.FlockerVolumeSource? flexVolume:12:*.FlexPersistentVolumeSource? azureFile:13:*.AzureFilePersistentVolumeSource? vsphereVolume:14:*.VsphereVirtualDiskVolumeSource? quobyte:15:*.QuobyteVolumeSource? azureDisk:16:*.AzureDiskVolumeSource? photonPersistentDisk:17:*.PhotonPersistentDiskVolumeSource? portworxVolume:18:*.PortworxVolumeSource? scaleIO:19:*.ScaleIOPersistentVolumeSource? local:20:*.LocalVolumeSource? storageos:21:*.StorageOSPersistentVolumeSource? csi:22:*.CSIPersistentVolumeSource?
VolumeNodeAffinity required:1:*.NodeSelector?
PersistentVolumeSpec capacity:1:{}quantity? +:2:.PersistentVolumeSource accessModes:3:[]string? claimRef:4:*.ObjectReference? persistentVolumeReclaimPolicy:5:string? storageClassName:6:string? mountOptions:7:[]string? volumeMode:8:*string? nodeAffinity:9:*.VolumeNodeAffinity? volumeAttributesClassName:10:*string?
VolumeAttachmentSource persistentVolumeName:1:*string? inlineVolumeSpec:2:*.PersistentVolumeSpec?
VolumeAttachmentSpec attacher:1:string source:2:.VolumeAttachmentSource nodeName:3:string
VolumeError time:1:time? message:2:string? errorCode:3:*int32?
VolumeAttachmentStatus attached:1:bool attachmentMetadata:2:{}string? attachError:3:*.VolumeError? detachError:4:*.VolumeError?
VolumeAttachment metadata:1:.ObjectMeta? spec:2:.VolumeAttachmentSpec status:3:.VolumeAttachmentStatus?
storage.k8s.io/v1 VolumeAttachment VolumeAttachment
VolumeAttributesClass metadata:1:.ObjectMeta? driverName:2:string parameters:3:{}string?
storage.k8s.io/v1 VolumeAttributesClass VolumeAttributesClass
ComponentCondition type:1:string status:2:string message:3:string? error:4:string?
ComponentStatus metadata:1:.ObjectMeta? conditions:2:[].ComponentCondition?
v1 ComponentStatus ComponentStatus
ConfigMap metadata:1:.ObjectMeta? immutable:4:*bool? data:2:{}string? binaryData:3:{}bytes?
v1 ConfigMap ConfigMap
EndpointAddress ip:1:string hostname:3:string? nodeName:4:*string? targetRef:2:*.ObjectReference?
EndpointPort2 name:1:string? port:2:int32 protocol:3:string? appProtocol:4:*string?
EndpointSubset addresses:1:[].EndpointAddress? notReadyAddresses:2:[].EndpointAddress? ports:3:[].EndpointPort2?
Endpoints metadata:1:.ObjectMeta? subsets:2:[].EndpointSubset?
v1 Endpoints Endpoints
EventSeries2 count:1:int32? lastObservedTime:2:micro?
Event2 metadata:1:.ObjectMeta involvedObject:2:.ObjectReference reason:3:string? message:4:string? source:5:.EventSource? firstTimestamp:6:time? lastTimestamp:7:time? count:8:int32? type:9:string? eventTime:10:micro? series:11:*.EventSeries2? action:12:string? related:13:*.ObjectReference? reportingComponent:14:string reportingInstance:15:string
v1 Event Event2
LimitRangeItem type:1:string max:2:{}quantity? min:3:{}quantity? default:4:{}quantity? defaultRequest:5:{}quantity? maxLimitRequestRatio:6:{}quantity?
LimitRangeSpec limits:1:[].LimitRangeItem
LimitRange metadata:1:.ObjectMeta? spec:2:.LimitRangeSpec?
v1 LimitRange LimitRange
NamespaceSpec finalizers:1:[]string?
NamespaceCondition type:1:string status:2:string lastTransitionTime:4:time? reason:5:string? message:6:string?
NamespaceStatus phase:1:string? conditions:2:[].NamespaceCondition?
Namespace metadata:1:.ObjectMeta? spec:2:.NamespaceSpec? status:3:.NamespaceStatus?
v1 Namespace Namespace
Taint key:1:string value:2:string? effect:3:string timeAdded:4:*time?
ConfigMapNodeConfigSource namespace:1:string name:2:string uid:3:string? resourceVersion:4:string? kubeletConfigKey:5:string
NodeConfigSource configMap:2:*.ConfigMapNodeConfigSource?
NodeSpec podCIDR:1:string? podCIDRs:7:[]string? providerID:3:string? unschedulable:4:bool? taints:5:[].Taint? configSource:6:*.NodeConfigSource? externalID:2:string?
NodeCondition type:1:string status:2:string lastHeartbeatTime:3:time? lastTransitionTime:4:time? reason:5:string? message:6:string?
NodeAddress type:1:string address:2:string
DaemonEndpoint Port:1:int32
NodeDaemonEndpoints kubeletEndpoint:1:.DaemonEndpoint?
NodeSwapStatus capacity:1:*int64?
NodeSystemInfo machineID:1:string systemUUID:2:string bootID:3:string kernelVersion:4:string osImage:5:string containerRuntimeVersion:6:string kubeletVersion:7:string kubeProxyVersion:8:string operatingSystem:9:string architecture:10:string swap:11:*.NodeSwapStatus?
ContainerImage names:1:[]string sizeBytes:2:int64?
AttachedVolume name:1:string devicePath:2:string
NodeConfigStatus assigned:1:*.NodeConfigSource? active:2:*.NodeConfigSource? lastKnownGood:3:*.NodeConfigSource? error:4:string?
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:1:*bool? userNamespaces:2:*bool?
NodeRuntimeHandler name:1:string features:2:*.NodeRuntimeHandlerFeatures?
NodeFeatures supplementalGroupsPolicy:1:*bool?
NodeStatus capacity:1:{}quantity? allocatable:2:{}quantity? phase:3:string? conditions:4:[].NodeCondition? addresses:5:[].NodeAddress? daemonEndpoints:6:.NodeDaemonEndpoints? nodeInfo:7:.NodeSystemInfo? images:8:[].ContainerImage? volumesInUse:9:[]string? volumesAttached:10:[].AttachedVolume? config:11:*.NodeConfigStatus? runtimeHandlers:12:[].NodeRuntimeHandler? features:13:*.NodeFeatures? declaredFeatures:14:[]string?
Node metadata:1:.ObjectMeta? spec:2:.NodeSpec? status:3:.NodeStatus?
v1 Node Node
PersistentVolumeStatus phase:1:string? message:2:string? reason:3:string? lastPhaseTransitionTime:4:*time?
PersistentVolume metadata:1:.ObjectMeta? spec:2:.PersistentVolumeSpec? status:3:.PersistentVolumeStatus?
v1 PersistentVolume PersistentVolume
PersistentVolumeClaimCondition type:1:string status:2:string lastProbeTime:3:time? lastTransitionTime:4:time? reason:5:string? message:6:string?
ModifyVolumeStatus targetVolumeAttributesClassName:1:string? status:2:string
PersistentVolumeClaimStatus phase:1:string? accessModes:2:[]string? capacity:3:{}quantity? conditions:4:[].PersistentVolumeClaimCondition? allocatedResources:5:{}quantity? allocatedResourceStatuses:7:{}string? currentVolumeAttributesClassName:8:*string? modifyVolumeStatus:9:*.ModifyVolumeStatus?
PersistentVolumeClaim metadata:1:.ObjectMeta? spec:2:.PersistentVolumeClaimSpec? status:3:.PersistentVolumeClaimStatus?
v1 PersistentVolumeClaim PersistentVolumeClaim
PodCondition type:1:string observedGeneration:7:int64? status:2:string lastProbeTime:3:time? lastTransitionTime:4:time? reason:5:string? message:6:string?
HostIP ip:1:string
PodIP ip:1:string
ContainerStateWaiting reason:1:string? message:2:string?
ContainerStateRunning startedAt:1:time?
ContainerStateTerminated exitCode:1:int32 signal:2:int32? reason:3:string? message:4:string? startedAt:5:time? finishedAt:6:time? containerID:7:string?
ContainerState waiting:1:*.ContainerStateWaiting? running:2:*.ContainerStateRunning? terminated:3:*.ContainerStateTerminated?
ImageVolumeStatus imageRef:1:string?
VolumeStatus image:1:*.ImageVolumeStatus?
VolumeMountStatus name:1:string mountPath:2:string readOnly:3:bool? recursiveReadOnly:4:*string? volumeStatus:5:*.VolumeStatus?
LinuxContainerUser uid:1:int64 gid:2:int64 supplementalGroups:3:[]int64?
ContainerUser linux:1:*.LinuxContainerUser?
ResourceHealth resourceID:1:string health:2:string? message:6:*string?
ResourceStatus name:1:string resources:2:[].ResourceHealth?
ContainerStatus name:1:string state:2:.ContainerState? lastState:3:.ContainerState? ready:4:bool restartCount:5:int32 image:6:string imageID:7:string containerID:8:string? started:9:*bool? allocatedResources:10:{}quantity? resources:11:*.ResourceRequirements? volumeMounts:12:[].VolumeMountStatus? user:13:*.ContainerUser? allocatedResourcesStatus:14:[].ResourceStatus? stopSignal:15:*string?
PodResourceClaimStatus name:1:string resourceClaimName:2:*string?
ContainerExtendedResourceRequest containerName:1:string resourceName:2:string requestName:3:string
PodExtendedResourceClaimStatus requestMappings:1:[].ContainerExtendedResourceRequest resourceClaimName:2:string
NodeAllocatableResourceClaimStatus resourceClaimName:1:string containers:2:[]string? resources:3:{}quantity
PodStatus observedGeneration:17:int64? phase:1:string? conditions:2:[].PodCondition? message:3:string? reason:4:string? nominatedNodeName:11:string? hostIP:5:string? hostIPs:16:[].HostIP? podIP:6:string? podIPs:12:[].PodIP? startTime:7:*time? initContainerStatuses:10:[].ContainerStatus? containerStatuses:8:[].ContainerStatus? qosClass:9:string? ephemeralContainerStatuses:13:[].ContainerStatus? resize:14:string? resourceClaimStatuses:15:[].PodResourceClaimStatus? extendedResourceClaimStatus:18:*.PodExtendedResourceClaimStatus? allocatedResources:19:{}quantity? resources:20:*.ResourceRequirements? nodeAllocatableResourceClaimStatuses:21:[].NodeAllocatableResourceClaimStatus?
Pod metadata:1:.ObjectMeta? spec:2:.PodSpec? status:3:.PodStatus?
v1 Pod Pod
PodTemplate metadata:1:.ObjectMeta? template:2:.PodTemplateSpec?
v1 PodTemplate PodTemplate
ReplicationControllerSpec replicas:1:*int32? minReadySeconds:4:int32? selector:2:{}string? template:3:*.PodTemplateSpec?
ReplicationControllerCondition type:1:string status:2:string lastTransitionTime:3:time? reason:4:string? message:5:string?
ReplicationControllerStatus replicas:1:int32 fullyLabeledReplicas:2:int32? readyReplicas:4:int32? availableReplicas:5:int32? observedGeneration:3:int64? conditions:6:[].ReplicationControllerCondition?
ReplicationController metadata:1:.ObjectMeta? spec:2:.ReplicationControllerSpec? status:3:.ReplicationControllerStatus?
v1 ReplicationController ReplicationController
ScopedResourceSelectorRequirement scopeName:1:string operator:2:string values:3:[]string?
ScopeSelector matchExpressions:1:[].ScopedResourceSelectorRequirement?
ResourceQuotaSpec hard:1:{}quantity? scopes:2:[]string? scopeSelector:3:*.ScopeSelector?
ResourceQuotaStatus hard:1:{}quantity? used:2:{}quantity?
ResourceQuota metadata:1:.ObjectMeta? spec:2:.ResourceQuotaSpec? status:3:.ResourceQuotaStatus?
v1 ResourceQuota ResourceQuota
Secret metadata:1:.ObjectMeta? immutable:5:*bool? data:2:{}bytes? stringData:4:{}string? type:3:string?
v1 Secret Secret
ServicePort name:1:string? protocol:2:string? appProtocol:6:*string? port:3:int32 targetPort:4:intstr? nodePort:5:int32?
ClientIPConfig timeoutSeconds:1:*int32?
SessionAffinityConfig clientIP:1:*.ClientIPConfig?
ServiceSpec ports:1:[].ServicePort? selector:2:{}string? clusterIP:3:string? clusterIPs:18:[]string? type:4:string? externalIPs:5:[]string? sessionAffinity:7:string? loadBalancerIP:8:string? loadBalancerSourceRanges:9:[]string? externalName:10:string? externalTrafficPolicy:11:string? healthCheckNodePort:12:int32? publishNotReadyAddresses:13:bool? sessionAffinityConfig:14:*.SessionAffinityConfig? ipFamilies:19:[]string? ipFamilyPolicy:17:*string? allocateLoadBalancerNodePorts:20:*bool? loadBalancerClass:21:*string? internalTrafficPolicy:22:*string? trafficDistribution:23:*string?
PortStatus port:1:int32 protocol:2:string error:3:*string?
LoadBalancerIngress ip:1:string? hostname:2:string? ipMode:3:*string? ports:4:[].PortStatus?
LoadBalancerStatus ingress:1:[].LoadBalancerIngress?
ServiceStatus loadBalancer:1:.LoadBalancerStatus? conditions:2:[].Condition?
Service metadata:1:.ObjectMeta? spec:2:.ServiceSpec? status:3:.ServiceStatus?
v1 Service Service
ServiceAccount metadata:1:.ObjectMeta? secrets:2:[].ObjectReference? imagePullSecrets:3:[].LocalObjectReference? automountServiceAccountToken:4:*bool?
v1 ServiceAccount ServiceAccount
`;

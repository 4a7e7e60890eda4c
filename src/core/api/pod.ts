import type { Json, JsonObject } from './json.ts';

/**
 * The fields of a Pod that podherald reads, as k8s.io/api/core/v1 spells them. All other fields,
 * also those of newer Kubernetes versions, stay in the JSON and are never read.
 *
 * In a manifest, null can stand for an absent list or map. The API server omits both.
 */
export interface Pod {
  readonly metadata?: ObjectMeta | null;
  readonly spec: PodSpec;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly annotations?: Annotations | null;
  readonly labels?: Json;
  readonly ownerReferences?: Json;
}

export type Annotations = Readonly<Record<string, string>>;

/** Labels as the API server accepts them. */
export type Labels = Readonly<Record<string, string>>;

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[] | null;
  readonly volumes?: readonly Volume[] | null;
  readonly resources?: ResourceRequirements | null;
  readonly hostNetwork?: Json;
  readonly hostPID?: Json;
  readonly shareProcessNamespace?: Json;
  readonly automountServiceAccountToken?: Json;
  readonly os?: Json;
  readonly nodeSelector?: Json;
  readonly securityContext?: Json;
}

export interface Container {
  readonly name: string;
  readonly image?: Json;
  readonly env?: readonly EnvVar[] | null;
  readonly envFrom?: Json;
  readonly volumeMounts?: readonly VolumeMount[] | null;
  readonly volumeDevices?: readonly VolumeDevice[] | null;
  readonly terminationMessagePath?: Json;
  readonly args?: readonly string[] | null;
  readonly ports?: Json;
  readonly restartPolicy?: Json;
  readonly securityContext?: Json;
  readonly resources?: ResourceRequirements | null;
}

/** An EnvVar. Everything but the name is compared as JSON. */
export interface EnvVar {
  readonly name: string;
  readonly value?: Json;
  readonly valueFrom?: Json;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: Json;
}

export interface VolumeDevice {
  readonly devicePath: string;
}

/** A volume: a name, and one source under the key of its type. */
export interface Volume extends JsonObject {
  readonly name: string;
}

export interface ResourceRequirements {
  readonly requests?: Json;
  readonly limits?: JsonObject | null;
}

import * as z from 'zod';
import { IMAGE_NAME } from '../core/api/image-reference.ts';
import { DNS_LABEL, isDnsLabel, isQualifiedName, LABEL_KEY } from '../core/api/names.ts';
import { mountPathFault, reservedPathPattern } from '../core/decision/metadata-values.ts';
import {
  ACCESSES,
  DEFAULT_AMBASSADOR,
  DEFAULT_PREFIX,
  defaultRules,
  MAX_PORT,
  MIN_PORT,
} from '../core/decision/rules.ts';
import { profileNameSchema, profileSchema } from './profile-items.ts';
import { resourcesSchema } from './resources-schema.ts';

/** Of the digests that an image reference may have, only the usual one. */
const IMAGE = new RegExp(`^${IMAGE_NAME}(?:@sha256:[0-9a-f]{64})?$`);
const IMAGE_EXPECTED = 'expected an image such as registry.k8s.io/kubectl:v1.36.0';

/** The API server accepts user IDs of int32 (IsValidUserID). */
const MAX_USER_ID = 2 ** 31 - 1;

/** The lifetime of a token is limited to 10 minutes to 2^32 seconds (ValidateProjectedVolumeSource). */
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** The API server treats 3607 as the mark of a kubelet token, and extends its lifetime to a year. */
const EXTENDED_TOKEN_SECONDS = 3607;

const TOKEN_SECONDS = `expected a whole number of seconds, at least ${MIN_TOKEN_SECONDS} and not ${EXTENDED_TOKEN_SECONDS}`;
const PORT = `expected a port from ${MIN_PORT} to ${MAX_PORT}`;
const USER = `expected a user ID from 1 to ${MAX_USER_ID}, or inherit`;

const ambassadorSchema = z.strictObject({
  image: z
    .string()
    .regex(IMAGE, IMAGE_EXPECTED)
    .optional()
    .describe(
      'The image of the ambassador, optionally with a digest. The default is `registry.k8s.io/kubectl` with the version of the API server.',
    ),
  port: z
    .int(PORT)
    .min(MIN_PORT, PORT)
    .max(MAX_PORT, PORT)
    .default(DEFAULT_AMBASSADOR.port)
    .describe('The port of the ambassador on 127.0.0.1, unless the pod sets `ambassador-port`.'),
  maxAccess: z
    .enum(ACCESSES)
    .default(DEFAULT_AMBASSADOR.maxAccess)
    .describe(
      'The widest access that pods and namespaces can request. The values are in order from narrow to wide: `namespace` allows reads in the namespace of the pod, `read-only` reads in all namespaces, `full` reads and writes.',
    ),
  resources: resourcesSchema,
  runAsUser: z
    .union([z.int().min(1, USER).max(MAX_USER_ID, USER), z.literal('inherit')], USER)
    .optional()
    .describe(
      'The user ID that the ambassador runs as. With `inherit`, podherald does not set `runAsUser`, and the pod or the cluster (such as OpenShift) chooses the user. The default is the user ID that all containers of the pod share; if there is none, or if it is 0, the default is 65532. If the containers share processes, the default is an ID that no container has.',
    ),
  tokenSeconds: z
    .int(TOKEN_SECONDS)
    .min(MIN_TOKEN_SECONDS, TOKEN_SECONDS)
    .max(MAX_TOKEN_SECONDS, TOKEN_SECONDS)
    .refine((seconds) => seconds !== EXTENDED_TOKEN_SECONDS, TOKEN_SECONDS)
    .default(DEFAULT_AMBASSADOR.tokenSeconds)
    .meta({ not: { const: EXTENDED_TOKEN_SECONDS } })
    .describe(
      'The lifetime of the token in seconds. The kubelet renews the token before it expires. 3607 is not allowed, because the API server extends the lifetime of such tokens to a year.',
    ),
  after: z
    .array(
      z
        .string()
        .refine(isDnsLabel, 'expected the name of a container')
        .meta({ pattern: DNS_LABEL.source }),
    )
    .default([...DEFAULT_AMBASSADOR.after])
    .describe(
      'The names of native sidecars (init containers with `restartPolicy: Always`) that must start before the ambassador, because nothing in the pod has a network before them: the proxies of service meshes. The ambassador is inserted directly after the last of them. If there is none, it is the first init container.',
    ),
});

const API_VERSION = 'podherald.dev/v1';
const KIND = 'Config';

const DEFAULTS = defaultRules('');

/** The API server allows 253 characters before the slash of an annotation key. */
const PREFIX =
  /^(?=.{1,253}\/?$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/?$/;
const PREFIX_EXPECTED = `expected a DNS name such as ${DEFAULT_PREFIX}`;
const RESERVED = /(^|\.)(kubernetes|k8s)\.io\/?$/;

const KIND_GROUP =
  /^[A-Z][A-Za-z0-9]*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KIND_GROUP_EXPECTED = 'expected a kind and its API group, such as ScaledJob.keda.sh';
const FIELD = '[A-Za-z][A-Za-z0-9]*(\\[\\*\\])?';
const FIELD_PATH = new RegExp(`^${FIELD}(\\.${FIELD})*$`);
const FIELD_PATH_EXPECTED =
  'expected the fields that lead to the pod template, such as spec.jobTargetRef.template; [*] stands for every item of a list';

/** A name such as `prod-eu-1`, or one that a cloud gives: `arn:aws:eks:eu-west-1:123456789012:cluster/prod`. */
const CLUSTER_NAME = /^[A-Za-z0-9]([A-Za-z0-9._:/@-]{0,251}[A-Za-z0-9])?$/;
const CLUSTER_NAME_EXPECTED =
  'expected at most 253 letters, digits and . _ : / @ -, with a letter or digit at both ends';

const LABEL_EXPECTED = 'expected the key of a label such as example.com/team';

const fieldPath = z.string().regex(FIELD_PATH, FIELD_PATH_EXPECTED);

/**
 * The config file. The parser, the JSON Schema and the reference page are derived from this schema. Rules
 * that involve several fields are in relations.ts.
 */
export const configSchema = z.strictObject({
  apiVersion: z
    .literal(API_VERSION)
    .default(API_VERSION)
    .describe('The version of the config format.'),
  kind: z.literal(KIND).default(KIND).describe('The kind of this file.'),
  annotationPrefix: z
    .string()
    .regex(PREFIX, PREFIX_EXPECTED)
    .refine(
      (prefix) => !RESERVED.test(prefix),
      'kubernetes.io and k8s.io are reserved for Kubernetes; use a domain of your own',
    )
    .meta({ not: { pattern: RESERVED.source } })
    .default(DEFAULTS.annotationPrefix)
    .transform((prefix) => (prefix.endsWith('/') ? prefix : `${prefix}/`))
    .describe(
      'The prefix of all annotation keys, with or without the trailing slash. It must be for podherald only, such as `podherald.example.com`: every other key with this prefix gets a warning.',
    ),
  onInvalid: z
    .enum(['deny', 'warn'])
    .default(DEFAULTS.onInvalid)
    .describe(
      'How podherald treats a pod whose own annotations are invalid: `deny` rejects it, and the message lists all invalid annotations; `warn` admits it without the invalid part, with a warning.',
    ),
  profiles: z
    .record(profileNameSchema, profileSchema)
    .default({})
    .describe(
      'Your own profiles, which pods request by name. A profile with the name of a built-in profile replaces it.',
    ),
  metadata: z
    .strictObject({
      defaultProfile: z
        .string()
        .default(DEFAULTS.metadata.defaultProfile)
        .describe(
          'The profile that `inject-metadata: "true"` requests: one of your own or a built-in one.',
        ),
      path: z
        .string()
        .superRefine((path, context) => {
          const fault = mountPathFault(path);
          if (fault !== undefined) context.addIssue(fault);
        })
        .meta({ pattern: '^(/[^/:]+)+$', not: { pattern: reservedPathPattern() } })
        .default(DEFAULTS.metadata.path)
        .describe(
          'The folder where files are mounted, unless the pod or its namespace sets `metadata-path`.',
        ),
    })
    .prefault({})
    .describe('Settings for pods that request metadata.'),
  ambassador: ambassadorSchema
    .prefault({})
    .describe('Settings for pods that request an ambassador.'),
  cluster: z
    .strictObject({
      name: z
        .string()
        .regex(CLUSTER_NAME, CLUSTER_NAME_EXPECTED)
        .optional()
        .describe(
          'The name of the cluster, for variables with the source `cluster.name`. Without it, podherald leaves these variables out.',
        ),
    })
    .prefault({})
    .describe('What pods cannot know about the cluster.'),
  podTemplates: z
    .record(
      z.string().regex(KIND_GROUP, KIND_GROUP_EXPECTED),
      z
        .union([fieldPath, z.array(fieldPath).min(1, FIELD_PATH_EXPECTED)], FIELD_PATH_EXPECTED)
        .transform((paths) => (typeof paths === 'string' ? [paths] : paths)),
    )
    .default({})
    .describe(
      'Where objects of a kind have their pod templates, for example `ScaledJob.keda.sh: spec.jobTargetRef.template` or `JobSet.jobset.x-k8s.io: spec.replicatedJobs[*].template.spec.template`. `inject`, `uninject` and `explain` need it only for kinds whose pod template is not at `spec.template`. The webhook does not need it, because it sees the pods.',
    ),
  exempt: z
    .strictObject({
      namespaces: z
        .array(
          z
            .string()
            .refine(isDnsLabel, 'expected the name of a namespace')
            .meta({ pattern: DNS_LABEL.source }),
        )
        .default([])
        .describe('The names of the exempt namespaces.'),
    })
    .prefault({})
    .describe('Namespaces whose pods are skipped, whatever they request.'),
  namespaces: z
    .strictObject({
      annotations: z
        .boolean()
        .default(true)
        .describe(
          'Whether annotations of a namespace are the defaults of its pods. With `true`, podherald reads namespaces from the API server.',
        ),
      labels: z
        .array(z.string().refine(isQualifiedName, LABEL_EXPECTED).meta({ pattern: LABEL_KEY }))
        .default([])
        .describe(
          "The labels of namespaces that pods can show with the source `namespace.labels['key']`, besides those that the profiles of this config use. podherald reads no other labels.",
        ),
    })
    .prefault({})
    .describe('What podherald reads of namespaces.'),
  otel: z
    .strictObject({
      useLabels: z
        .boolean()
        .default(DEFAULTS.otel.useLabels)
        .describe(
          'Whether the labels `app.kubernetes.io/instance`, `app.kubernetes.io/name` and `app.kubernetes.io/version` of a pod are the name and version of its service. Annotations `resource.opentelemetry.io/*` take precedence.',
        ),
    })
    .prefault({})
    .describe('Settings for the profile `otel`.'),
});

/** A valid config, with all defaults filled in. */
export type Config = z.output<typeof configSchema>;

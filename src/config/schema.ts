import * as z from 'zod';
import { isDnsLabel } from '../core/api/names.ts';
import { QUANTITY } from '../core/api/quantity.ts';
import { mountPathFault } from '../core/decision/metadata-values.ts';
import {
  ACCESSES,
  DEFAULT_AMBASSADOR,
  DEFAULT_PREFIX,
  defaultRules,
  MAX_PORT,
  MIN_PORT,
} from '../core/decision/rules.ts';
import { profile, profileName } from './profile-items.ts';

const HOST = '(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?';
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';

/** The grammar of container runtimes (github.com/distribution/reference). */
const IMAGE = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::${TAG})?(?:@sha256:[0-9a-f]{64})?$`,
);
const IMAGE_EXPECTED = 'expected an image such as registry.k8s.io/kubectl:v1.36.0';

const QUANTITY_EXPECTED = 'expected a quantity such as 10m, 0.5 or 128Mi';
const quantity = z
  .union(
    [z.string().regex(QUANTITY, QUANTITY_EXPECTED), z.number().min(0, QUANTITY_EXPECTED)],
    QUANTITY_EXPECTED,
  )
  .transform(String);

const amounts = z.strictObject({
  cpu: quantity.optional().describe('Cores, such as `10m`.'),
  memory: quantity.optional().describe('Bytes, such as `128Mi`.'),
  'ephemeral-storage': quantity.optional().describe('Bytes, such as `1Gi`.'),
});

/** int32, as the API server has user ids (IsValidUserID). */
const MAX_USER_ID = 2 ** 31 - 1;

/** ValidateProjectedVolumeSource: tokens live for ten minutes at least, and 2^32 seconds at most. */
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** The API server takes 3607 for kubelet's own tokens, and lets those live for a year. */
const EXTENDED_TOKEN_SECONDS = 3607;

const TOKEN_SECONDS = `expected a whole number of seconds from ${MIN_TOKEN_SECONDS}, and not ${EXTENDED_TOKEN_SECONDS}`;
const PORT = `expected a port from ${MIN_PORT} to ${MAX_PORT}`;
const USER = `expected a user id from 1 to ${MAX_USER_ID}, or inherit`;

export const ambassador = z.strictObject({
  image: z
    .string()
    .regex(IMAGE, IMAGE_EXPECTED)
    .optional()
    .describe(
      'The image, with a digest if wanted. Without it, `registry.k8s.io/kubectl` of the API server’s version.',
    ),
  port: z
    .int(PORT)
    .min(MIN_PORT, PORT)
    .max(MAX_PORT, PORT)
    .default(DEFAULT_AMBASSADOR.port)
    .describe('The port on 127.0.0.1 where the pod itself names none.'),
  maxAccess: z
    .enum(ACCESSES)
    .default(DEFAULT_AMBASSADOR.maxAccess)
    .describe('The widest access that pods and namespaces may ask for, from narrow to wide.'),
  resources: z
    .strictObject({
      requests: amounts.default({}).describe('What is reserved for it.'),
      limits: amounts.default({}).describe('What it may use at most.'),
    })
    .prefault(DEFAULT_AMBASSADOR.resources)
    .describe('Its resources; what is given here replaces the default as a whole.'),
  runAsUser: z
    .union([z.int().min(1, USER).max(MAX_USER_ID, USER), z.literal('inherit')], USER)
    .optional()
    .describe(
      'The user that it runs as; `inherit` leaves it to the pod and the cluster (OpenShift). Without it, the user that all containers of the pod agree on, else 65532.',
    ),
  tokenSeconds: z
    .int(TOKEN_SECONDS)
    .min(MIN_TOKEN_SECONDS, TOKEN_SECONDS)
    .max(MAX_TOKEN_SECONDS, TOKEN_SECONDS)
    .refine((seconds) => seconds !== EXTENDED_TOKEN_SECONDS, TOKEN_SECONDS)
    .default(DEFAULT_AMBASSADOR.tokenSeconds)
    .meta({ not: { const: EXTENDED_TOKEN_SECONDS } })
    .describe(
      'How long its token lives; kubelet renews it in time. Not 3607, which the API server takes for kubelet’s own tokens and lets live for a year.',
    ),
});

const API_VERSION = 'podherald.dev/v1';
const KIND = 'Config';

const DEFAULTS = defaultRules('');

/** 253 characters, as the API server allows before the slash of a key. */
const PREFIX =
  /^(?=.{1,253}\/?$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/?$/;
const PREFIX_EXPECTED = `expected a DNS name such as ${DEFAULT_PREFIX}`;
const KUBERNETES_OWN = /(^|\.)(kubernetes|k8s)\.io\/?$/;

/**
 * The config file, declared once: the parser, the JSON Schema and the reference page come from
 * here. What one field alone cannot know stands in relations.ts.
 */
export const configSchema = z.strictObject({
  apiVersion: z
    .literal(API_VERSION)
    .default(API_VERSION)
    .describe('The version of this file’s form.'),
  kind: z.literal(KIND).default(KIND).describe('What this file is.'),
  annotationPrefix: z
    .string()
    .regex(PREFIX, PREFIX_EXPECTED)
    .refine(
      (prefix) => !KUBERNETES_OWN.test(prefix),
      'kubernetes.io and k8s.io belong to Kubernetes; take a name of your own',
    )
    .default(DEFAULTS.annotationPrefix)
    .transform((prefix) => (prefix.endsWith('/') ? prefix : `${prefix}/`))
    .describe('What all annotation keys begin with, with or without its slash.'),
  onInvalid: z
    .enum(['deny', 'warn'])
    .default(DEFAULTS.onInvalid)
    .describe(
      'What becomes of a pod whose own annotations are at fault: `deny` rejects it with every fault in the message; `warn` admits it without that part, with a warning.',
    ),
  profiles: z
    .record(profileName, profile)
    .default({})
    .describe(
      'Profiles of your own, which pods ask for by name. One with the name of a built-in profile replaces it.',
    ),
  metadata: z
    .strictObject({
      defaultProfile: z
        .string()
        .default(DEFAULTS.metadata.defaultProfile)
        .describe('The profile that `inject-metadata: "true"` means; yours or a built-in one.'),
      path: z
        .string()
        .superRefine((path, context) => {
          const fault = mountPathFault(path);
          if (fault !== undefined) context.addIssue(fault);
        })
        .meta({ pattern: '^(/[^/:]+)+$' })
        .default(DEFAULTS.metadata.path)
        .describe(
          'The folder that files appear in, where neither pod nor namespace says otherwise.',
        ),
    })
    .prefault({})
    .describe('What pods get that ask for metadata.'),
  ambassador: ambassador.prefault({}).describe('What pods get that ask for an ambassador.'),
  exempt: z
    .strictObject({
      namespaces: z
        .array(z.string().refine(isDnsLabel, 'expected the name of a namespace'))
        .default([])
        .describe('The names of the namespaces.'),
    })
    .prefault({})
    .describe('Whose pods are left alone, whatever they ask for.'),
  namespaces: z
    .strictObject({
      annotations: z
        .boolean()
        .default(true)
        .describe(
          'Whether annotations of a namespace count for its pods. Then podherald reads namespaces from the API server.',
        ),
    })
    .prefault({})
    .describe('What namespaces have a say in.'),
});

/** The config as it was read, with every default filled in. */
export type Config = z.output<typeof configSchema>;

import * as z from 'zod';
import { isDnsLabel } from '../core/api/names.ts';
import { mountPathFault } from '../core/decision/metadata-values.ts';
import { DEFAULT_PREFIX, defaultRules } from '../core/decision/rules.ts';
import { ambassador } from './ambassador-schema.ts';
import { profile, profileName } from './profile-schema.ts';

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

import * as z from 'zod';
import { QUANTITY, sameQuantity } from '../core/api/quantity.ts';
import { DEFAULT_AMBASSADOR } from '../core/decision/rules.ts';

const QUANTITY_EXPECTED = 'expected a quantity such as 10m, 0.5 or 128Mi';
const quantity = z
  .union(
    [z.string().regex(QUANTITY, QUANTITY_EXPECTED), z.number().min(0, QUANTITY_EXPECTED)],
    QUANTITY_EXPECTED,
  )
  .transform(String);

const NAMED_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const OTHER_EXPECTED =
  'expected cpu, memory, ephemeral-storage, hugepages-<size> or a resource with a domain, such as example.com/gpu';
/** The API server rejects such pods otherwise (kubernetes pkg/apis/core/validation ValidateResourceRequirements). */
const EQUAL_EXPECTED =
  'expected the same amount in limits, because this resource cannot be overcommitted';

/** An extended resource (`example.com/gpu`), or a page size. Other names without a domain are misspelt. */
const OTHER_RESOURCE =
  /^(?:[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?|hugepages-[1-9][0-9]*([kMGTPE]|[KMGTPE]i)?)$/;

const amounts = z
  .object({
    cpu: quantity.optional().describe('CPU, such as `10m`.'),
    memory: quantity.optional().describe('Memory, such as `128Mi`.'),
    'ephemeral-storage': quantity.optional().describe('Ephemeral storage, such as `1Gi`.'),
  })
  .catchall(quantity)
  .superRefine((resources, context) => {
    for (const name of Object.keys(resources)) {
      if (NAMED_RESOURCES.has(name) || OTHER_RESOURCE.test(name)) continue;
      context.addIssue({ code: 'custom', path: [name], message: OTHER_EXPECTED });
    }
  })
  .meta({
    propertyNames: { pattern: `^(?:cpu|memory|ephemeral-storage)$|${OTHER_RESOURCE.source}` },
  });

/** The field `ambassador.resources`. */
export const resourcesSchema = z
  .strictObject({
    requests: amounts.default({}).describe('The resource requests of the ambassador.'),
    limits: amounts.default({}).describe('The resource limits of the ambassador.'),
  })
  .superRefine(({ requests, limits }, context) => {
    for (const [name, request] of Object.entries(requests)) {
      if (request === undefined || NAMED_RESOURCES.has(name)) continue;
      const limit = limits[name];
      if (limit !== undefined && sameQuantity(limit, request)) continue;
      context.addIssue({ code: 'custom', path: ['requests', name], message: EQUAL_EXPECTED });
    }
  })
  .prefault({
    requests: { ...DEFAULT_AMBASSADOR.resources.requests },
    limits: { ...DEFAULT_AMBASSADOR.resources.limits },
  })
  .describe(
    'The resources of the ambassador. If you set this field, it replaces the whole default.',
  );

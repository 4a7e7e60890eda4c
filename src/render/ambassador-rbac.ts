import { Document, isMap, isScalar, type Node, visit } from 'yaml';
import type { Access } from '../core/decision/rules.ts';
import type { Grant } from './ambassador-grants.ts';

export interface AmbassadorRbac {
  readonly access: Access;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly grants: readonly Grant[];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface ExplainedRule {
  readonly rule: Rule;
  readonly reason: string;
}

/** A Role and its RoleBinding, a ClusterRole and its binding, or both, as YAML that says why. */
export function ambassadorRbac(rbac: AmbassadorRbac): string {
  const inside = rbac.grants.filter((grant) => !isClusterWide(grant, rbac.access));
  const clusterWide = rbac.grants.filter((grant) => isClusterWide(grant, rbac.access));
  const documents = [
    ...(inside.length === 0 ? [] : roleAndBinding('', rbac, inside)),
    ...(clusterWide.length === 0 ? [] : roleAndBinding('Cluster', rbac, clusterWide)),
  ];
  return `${comment(heading(rbac))}\n${documents.join('---\n')}`;
}

/** `read-only` reads everywhere; else only what belongs to no namespace needs a ClusterRole. */
function isClusterWide({ resource }: Grant, access: Access): boolean {
  return access === 'read-only' || resource.clusterWide === true;
}

function heading({ access, namespace, serviceAccount }: AmbassadorRbac): string {
  return `What pods of ServiceAccount ${serviceAccount} in namespace ${namespace} may do through an ambassador of access ${access},
and whoever is in those pods, or makes them send a request.

${REACH[access]}${serviceAccount === 'default' ? EVERY_POD : ''}
No wildcard, no Secrets, no way into other pods. Discovery, /version and /healthz need no rule: Kubernetes
grants them to every ServiceAccount. Delete what the app does not need.`;
}

const REACH: Readonly<Record<Access, string>> = {
  namespace: 'A Role is enough: this access reaches one namespace.',
  'read-only': `A ClusterRole, as this access reads every namespace. If its own is enough, take --access namespace; who goes
there from here deletes this ClusterRole and its binding.`,
  full: `Writing is for one namespace. This access also takes ambassador.maxAccess: full in podherald’s config.
Nothing here starts a pod, unless --resources says so: whoever starts pods in a namespace has its Secrets.`,
};

const EVERY_POD = `
Every pod that names no ServiceAccount is "default": give this app one of its own, and name it by --service-account.`;

function roleAndBinding(
  kind: '' | 'Cluster',
  { namespace, serviceAccount }: AmbassadorRbac,
  grants: readonly Grant[],
): string[] {
  const name = roleName(kind, namespace, serviceAccount);
  const metadata = kind === '' ? { name, namespace } : { name };
  const rules = rulesOf(grants);
  return [
    explained(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: `${kind}Role`,
        metadata,
        rules: rules.map(({ rule }) => rule),
      },
      rules.map(({ reason }) => reason),
    ),
    explained({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: `${kind}RoleBinding`,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: `${kind}Role`, name },
      subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
    }),
  ];
}

/** The same for every access, so that applying a narrower one takes away what the wider one gave. */
function roleName(kind: '' | 'Cluster', namespace: string, serviceAccount: string): string {
  const place = kind === '' ? '' : `:${namespace}`;
  return `podherald:ambassador${place}:${serviceAccount}`;
}

/** One rule for all resources of a group that may be used alike for the same reason. */
function rulesOf(grants: readonly Grant[]): ExplainedRule[] {
  const alike = Map.groupBy(grants, ({ resource, verbs, reason }) =>
    JSON.stringify([reason, resource.group, verbs]),
  );
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { resource, verbs, reason } = first;
    const resources = same.map((grant) => grant.resource.name);
    return { rule: { apiGroups: [resource.group], resources, verbs }, reason };
  });
}

/** The reasons stand above the rules, each where it begins to hold. */
function explained(object: object, reasons: readonly string[] = []): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  reasons.forEach((reason, index) => {
    if (reason === reasons[index - 1]) return;
    const rule = document.getIn(['rules', index], true) as Node;
    if (isMap(rule)) rule.commentBefore = commentText(reason);
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function comment(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '# ').replaceAll(/^$/gm, '#');
}

/** As the yaml package wants it: without the signs, but with their blanks. */
function commentText(text: string): string {
  return text.replaceAll(/^/gm, ' ');
}

import { Document, isMap, isScalar, type Node, visit } from 'yaml';
import type { Access } from '../core/decision/rules.ts';
import type { Grant } from './ambassador-grants.ts';

/** Who gets which rights, for pods with an ambassador. */
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

/** A Role and RoleBinding, a ClusterRole and ClusterRoleBinding, or both, as YAML with the reasons as comments. */
export function ambassadorRbac(rbac: AmbassadorRbac): string {
  const inside = rbac.grants.filter((grant) => !isClusterWide(grant, rbac.access));
  const clusterWide = rbac.grants.filter((grant) => isClusterWide(grant, rbac.access));
  const documents = [
    ...(inside.length === 0 ? [] : roleAndBinding('', rbac, inside)),
    ...(clusterWide.length === 0 ? [] : roleAndBinding('Cluster', rbac, clusterWide)),
  ];
  return `${comment(heading(rbac))}\n${documents.join('---\n')}`;
}

/** `read-only` reads every namespace. Other accesses need a ClusterRole only for cluster-scoped resources. */
function isClusterWide({ resource }: Grant, access: Access): boolean {
  return access === 'read-only' || resource.clusterWide === true;
}

function heading({ access, namespace, serviceAccount }: AmbassadorRbac): string {
  return `Rights of ServiceAccount ${serviceAccount} in namespace ${namespace}, for pods with an ambassador with access ${access}.
Whoever can run commands in these pods, or make them send requests, has these rights too.

${REACH[access]}${serviceAccount === 'default' ? EVERY_POD : ''}
No wildcards, no Secrets, and no exec, attach, portforward or proxy. Discovery, /version and /healthz need no rule:
Kubernetes grants them to every ServiceAccount. Delete the rules that the app does not need.`;
}

const REACH: Readonly<Record<Access, string>> = {
  namespace: 'A Role is enough, because this access reaches only one namespace.',
  'read-only': `A ClusterRole, because this access reads every namespace. If the app needs only its own namespace, use
--access namespace, and delete this ClusterRole and its binding.`,
  full: `Write access is limited to one namespace, except for cluster-scoped resources. The config of podherald must set
ambassador.maxAccess: full.
No rule allows the app to start pods, unless you add one with --resources: whoever can start pods in a namespace can
read its Secrets.`,
};

const EVERY_POD = `
Every pod without serviceAccountName uses "default". Create a ServiceAccount for this app, and pass it as --service-account.`;

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

/** The same for every access, so that applying a narrower access revokes the rights of the wider one. */
function roleName(kind: '' | 'Cluster', namespace: string, serviceAccount: string): string {
  const scope = kind === '' ? '' : `:${namespace}`;
  return `podherald:ambassador${scope}:${serviceAccount}`;
}

/** One rule for all resources that have the API group, the verbs and the reason in common. */
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

/** Renders an object as YAML, with the reason of each rule above it. Equal reasons in a row are written once. */
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

/** A comment as the yaml package expects it: without `#`, but with the blank after it. */
function commentText(text: string): string {
  return text.replaceAll(/^/gm, ' ');
}

/** What the files of a release must contain, with `<version>` for the version. */
const MENTIONS: Readonly<Record<string, string>> = {
  'package.json': '"version": "<version>"',
  'deploy/helm/podherald/Chart.yaml': 'version: <version>',
  'deploy/github-action/action.yml': 'default: <version>',
  'deploy/gitlab/podherald.yml': 'PODHERALD_VERSION: <version>',
  'deploy/helm-plugin/plugin.yaml': 'version: <version>',
  '.pre-commit-hooks.yaml': 'podherald@<version>',
};

/**
 * The section of a version in a changelog, without its heading.
 *
 * @returns undefined if there is none, or if it is empty.
 */
export function sectionOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((one) => one.split(/\s/, 1)[0] === version);
  const text = section?.slice(section.indexOf('\n') + 1).trim();
  return text === '' ? undefined : text;
}

/**
 * Why a version cannot be released, one sentence each.
 *
 * @param read returns the text of a file of this repository.
 */
export function problemsOf(version: string, read: (path: string) => string): string[] {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return [`"${version}" is not a version such as 0.1.0`];
  const wrong = Object.entries(MENTIONS)
    .map(([path, mention]) => [path, mention.replace('<version>', version)] as const)
    .filter(([path, mention]) => !read(path).includes(mention))
    .map(([path, mention]) => `${path} does not contain ${mention}`);
  const section = sectionOf(read('CHANGELOG.md'), version);
  return section === undefined
    ? [...wrong, `CHANGELOG.md has no section ## ${version}, or it is empty`]
    : wrong;
}

const HOST = '(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?';
const PART = '[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*';
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const ALGORITHM = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*';
const DIGEST = `${ALGORITHM}:[0-9A-Fa-f]{32,}`;

/** A name with an optional tag, as the source of a regular expression: the part of the grammar that a digest can follow. */
export const IMAGE_NAME = `(?:${HOST}/)?${PART}(?:/${PART})*(?::${TAG})?`;

/** An image reference, as a regular expression that JavaScript and RE2 read alike (github.com/distribution/reference). */
export const IMAGE_REFERENCE = `^${IMAGE_NAME}(?:@${DIGEST})?$`;

const PATTERN = new RegExp(IMAGE_REFERENCE);

/** More than any valid reference has: a name of 255 characters, a tag of 128, and a digest. */
export const MAX_IMAGE_LENGTH = 1024;

/** What Kubernetes pulls if an image has neither a tag nor a digest (pkg/util/parsers, ParseImageName). */
export const DEFAULT_TAG = 'latest';

/** The tag of an image, or its digest if it has no tag; undefined if the text is not an image reference. */
export function imageTag(image: string): string | undefined {
  if (image.length > MAX_IMAGE_LENGTH || !PATTERN.test(image)) return undefined;
  const [name = '', digest] = image.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0 ? (digest ?? DEFAULT_TAG) : last.slice(colon + 1);
}

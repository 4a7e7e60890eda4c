const BYTE_ORDER_MARK = '\uFEFF';

/** Makes one stream of documents of the texts of several files. */
export function joinManifests(texts: readonly string[]): string {
  const [first = '', ...others] = texts.filter((text) => text.trim() !== '');
  return others.reduce(append, texts.length === 1 ? (texts[0] ?? '') : first);
}

/** A directive (`%YAML`) may follow only the end of a document (YAML 1.2, section 9.2). */
function append(stream: string, next: string): string {
  const ended = stream.endsWith('\n') ? stream : `${stream}\n`;
  const text = next.startsWith(BYTE_ORDER_MARK) ? next.slice(1) : next;
  if (text.startsWith('%')) return `${ended}...\n${text}`;
  return text.startsWith('---') ? ended + text : `${ended}---\n${text}`;
}

import { LineCounter, parseDocument } from 'yaml';
import type { ConfigPath } from './faults.ts';
import { offsetOf } from './places.ts';

/** Finds the line of a field of a config's text, from 1; nothing where the text does not have it. */
export function configLines(text: string): (path: ConfigPath) => number | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter });
  return (path) => {
    if (!document.hasIn(path)) return undefined;
    const offset = offsetOf(document, { path, message: '', isName: true });
    return lineCounter.linePos(offset).line;
  };
}

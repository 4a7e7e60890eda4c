import { type Document, parseDocument } from 'yaml';
import { type Obstacle, Refusal } from './refusal.ts';

/** Reads one YAML document with its tokens. @throws Refusal */
export function readYaml(text: string, obstacle: Obstacle): Document.Parsed {
  const document = parseDocument(text, {
    keepSourceTokens: true,
    logLevel: 'error',
    merge: true,
    prettyErrors: false,
    resolveKnownTags: false,
  });
  const [error] = document.errors;
  if (error) throw new Refusal(obstacle, { offset: error.pos[0], detail: error.message });
  return document;
}

/** The library throws at merge keys of anything but maps, and at alias bombs. @throws Refusal */
export function jsonOf(document: Document.Parsed, obstacle: Obstacle): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Refusal(obstacle, { detail: String(error) });
  }
}

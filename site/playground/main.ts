import { addedLines } from '../../src/playground/added-lines.ts';
import {
  evaluate,
  type Mark,
  type PlaygroundInput,
  type PlaygroundWorkload,
} from '../../src/playground/evaluate.ts';
import { EXAMPLES } from './examples.ts';
import { fromFragment, toFragment } from './share.ts';
import { type TextField, textArea } from './text-field.ts';

type EditorName = keyof PlaygroundInput;

const NAMES = ['manifest', 'namespace', 'config'] as const satisfies EditorName[];

/** Between a change and its evaluation, at least. */
const PAUSE_MS = 30;

/** How long the last evaluation took. That of 200 KiB takes half a second, so it waits for a pause as long as that. */
let evaluationMs = 0;

function element<Type extends HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as Type;
}

function make(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const fields = new Map<EditorName, TextField>();
let timer: number | undefined;
let marks: readonly Mark[] = [];

function changed(): void {
  clearTimeout(timer);
  timer = window.setTimeout(show, Math.max(PAUSE_MS, evaluationMs));
}

function input(): PlaygroundInput {
  const text = (name: EditorName): string => fields.get(name)?.text() ?? '';
  return { manifest: text('manifest'), namespace: text('namespace'), config: text('config') };
}

function fill(given: PlaygroundInput): void {
  for (const name of NAMES) {
    fields.get(name)?.replace(given[name]);
    const details = element(name).closest('details');
    if (details) details.open = given[name] !== '';
  }
  show();
}

/** Evaluates the input and shows the result. */
function show(): void {
  const startMs = performance.now();
  const given = input();
  const result = evaluate(given);
  showInjected(given.manifest, result.injected);
  element('workloads').replaceChildren(...result.workloads.flatMap(workloadSection));
  marks = result.marks;
  showMarks();
  evaluationMs = performance.now() - startMs;
}

function showInjected(before: string, after: string): void {
  const lines = addedLines(before, after).map(({ text, isAdded }) =>
    make('span', isAdded ? 'added' : 'kept', text),
  );
  element('injected').replaceChildren(...lines);
}

function workloadSection({ name, explained, warnings, policy }: PlaygroundWorkload): HTMLElement[] {
  const { outcome, reasons } = explained.explanation;
  const list = document.createElement('ul');
  for (const { message, kind, cause } of reasons) {
    const item = make('li', kind === 'fault' ? 'error' : 'info', message);
    if (cause !== undefined) item.append(make('div', 'cause', `cause: ${cause}`));
    list.append(item);
  }
  const shown = document.createElement('ul');
  shown.append(...warnings.map((warning) => make('li', 'warning', `Warning: ${warning}`)));
  const about =
    policy === undefined
      ? 'An admission policy (podherald policy) would do the same.'
      : `An admission policy would not do this: ${policy}`;
  return [
    make('h3', '', `${name}: ${outcome.replaceAll('_', ' ')}`),
    ...(list.childElementCount > 0 ? [list] : []),
    ...(warnings.length > 0 ? [make('h4', '', 'kubectl would show'), shown] : []),
    make('p', 'info', about),
  ];
}

function showMarks(): void {
  for (const name of NAMES) {
    fields.get(name)?.mark(marks.filter(({ editor }) => editor === name));
  }
  element('marks').replaceChildren(...marks.map(markItem));
}

function markItem({ editor, line, message, severity }: Mark): HTMLElement {
  const item = make('li', severity, '');
  const button = make('button', '', `${editor}, line ${line}: ${message}`);
  button.addEventListener('click', () => {
    const details = element(editor).closest('details');
    if (details) details.open = true;
    fields.get(editor)?.goTo(line);
  });
  item.append(button);
  return item;
}

async function share(): Promise<void> {
  const url = new URL(location.href);
  url.hash = await toFragment(input());
  history.replaceState(null, '', url);
  const status = element('status');
  try {
    await navigator.clipboard.writeText(url.href);
    status.textContent = 'Link copied.';
  } catch {
    status.textContent = 'The link is in the address bar.';
  }
}

function listExamples(): void {
  const select = element<HTMLSelectElement>('examples');
  select.append(...EXAMPLES.map(({ title }) => new Option(title)));
  select.addEventListener('change', () => fill(EXAMPLES[select.selectedIndex] ?? EXAMPLES[0]));
}

/** Replaces the plain text areas as soon as the editor has loaded, with what was typed meanwhile. */
async function loadEditor(): Promise<void> {
  const { editor } = await import('./editor.ts');
  for (const name of NAMES) {
    const text = fields.get(name)?.text() ?? '';
    fields.set(name, editor(element(name), name, text, changed));
  }
  showMarks();
}

for (const name of NAMES) fields.set(name, textArea(element(name), name, changed));
listExamples();
element('share').addEventListener('click', share);
const shared = await fromFragment(location.hash.slice(1));
fill(shared ?? EXAMPLES[0]);
if (location.hash !== '' && shared === undefined) {
  element('status').textContent = 'The link is damaged: showing the first example.';
}
await loadEditor();

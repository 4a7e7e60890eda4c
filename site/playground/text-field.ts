import type { Mark } from '../../src/playground/evaluate.ts';

/** A field with a text: the editor, or a plain text area until it has loaded. */
export interface TextField {
  text(): string;
  replace(text: string): void;
  /** Shows the marks at their lines. */
  mark(marks: readonly Mark[]): void;
  /** Moves the cursor to a line (from 1). */
  goTo(line: number): void;
}

/** A plain text area. */
export function textArea(parent: HTMLElement, name: string, changed: () => void): TextField {
  const area = document.createElement('textarea');
  area.spellcheck = false;
  area.setAttribute('aria-labelledby', `${name}-title`);
  area.addEventListener('input', changed);
  parent.replaceChildren(area);
  return {
    text: () => area.value,
    replace: (text) => {
      area.value = text;
    },
    mark: () => {},
    goTo: (line) => {
      const start = area.value
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length;
      area.focus();
      area.setSelectionRange(start, start);
    },
  };
}

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { defaultHighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import type { Mark } from '../../src/playground/evaluate.ts';
import { completionsAt } from './completions.ts';
import type { TextField } from './text-field.ts';

/** An editor for YAML that marks problems and completes keys and values. */
export function editor(
  parent: HTMLElement,
  name: 'manifest' | 'namespace' | 'config',
  text: string,
  changed: () => void,
): TextField {
  const complete = (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w./-]*/);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    const before = context.state.sliceDoc(0, context.pos);
    return { from: word.from, options: completionsAt(name, before) };
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        yaml(),
        indentOnInput(),
        syntaxHighlighting(defaultHighlightStyle),
        lintGutter(),
        autocompletion({ override: [complete] }),
        // Tab moves the focus, so that the page can be used with the keyboard only.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ 'aria-labelledby': `${name}-title` }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed();
        }),
      ],
    }),
  });
  // A long line scrolls, and the keyboard must reach that too.
  view.scrollDOM.tabIndex = 0;
  parent.replaceChildren(view.dom);
  return {
    text: () => view.state.doc.toString(),
    replace: (next) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark: (marks) => {
      view.dispatch(
        setDiagnostics(
          view.state,
          marks.map((mark) => diagnostic(view, mark)),
        ),
      );
    },
    goTo: (line) => {
      const { from } = lineAt(view, line);
      view.focus();
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    },
  };
}

function lineAt({ state: { doc } }: EditorView, line: number): { from: number; to: number } {
  return doc.line(Math.min(Math.max(line, 1), doc.lines));
}

function diagnostic(view: EditorView, { line, severity, message }: Mark): Diagnostic {
  const { from, to } = lineAt(view, line);
  const indent = /^\s*/.exec(view.state.sliceDoc(from, to))?.[0].length ?? 0;
  return { from: Math.min(from + indent, to), to, severity, message };
}

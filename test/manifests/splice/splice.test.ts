import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dedent, spliced } from './spliced.ts';

const POD_NAME = {
  name: 'POD_NAME',
  valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
};

describe('splice, into block lists', () => {
  it('inserts items above the first one in the given order', () => {
    const text = dedent`
      env:
        - name: MINE
          value: "1"   # mine
      `;
    expect(spliced(text, ['/env/0', POD_NAME], ['/env/1', { name: 'B' }])).toBe(dedent`
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: B
        - name: MINE
          value: "1"   # mine
      `);
  });

  it('inserts an item above the comment that describes the next item', () => {
    const text = dedent`
      args:
        # the first
        - a
          # still about a
        # the second
        - b
      `;
    expect(spliced(text, ['/args/0', 'x'], ['/args/2', 'y'])).toBe(dedent`
      args:
        - x
        # the first
        - a
          # still about a
        - "y"
        # the second
        - b
      `);
  });

  it('appends before blank lines and before the comment of the next key', () => {
    const text = dedent`
      spec:
        containers:
          - name: a
            # of a
          # of the list
        # of the volumes
        volumes: []

      # of the document
      `;
    expect(spliced(text, ['/spec/containers/-', { name: 'b' }], ['/spec/x', 1])).toBe(dedent`
      spec:
        containers:
          - name: a
            # of a
          # of the list
          - name: b
        # of the volumes
        volumes: []
        x: 1

      # of the document
      `);
  });

  it('does not indent a list if other lists are not indented', () => {
    const text = dedent`
      containers:
      - name: a
        ports:
        - containerPort: 80
      # of the image
      image: x
      `;
    expect(spliced(text, ['/containers/0/env', [POD_NAME]], ['/containers/1', { name: 'b' }])).toBe(
      dedent`
      containers:
      - name: a
        ports:
        - containerPort: 80
        env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
      - name: b
      # of the image
      image: x
      `,
    );
  });

  it('uses the indentation of the nearest lists and maps, even if it is unusual', () => {
    const text = dedent`
      spec:
         containers:
           -   name: a
               env:
                 -   name: MINE
      `;
    expect(spliced(text, ['/spec/containers/0/env/0', POD_NAME], ['/spec/v', [{ m: [1] }]])).toBe(
      dedent`
      spec:
         containers:
           -   name: a
               env:
                 -   name: POD_NAME
                     valueFrom:
                        fieldRef:
                           fieldPath: metadata.name
                 -   name: MINE
         v:
           -   m:
                 -   1
      `,
    );
  });

  it('edits lists that begin beside a dash', () => {
    const text = dedent`
      - - a
        - b
      - - - c
      `;
    expect(spliced(text, ['/0/0', [1]], ['/0/-', 2], ['/1/0/-', 3], ['/1/0', 4])).toBe(dedent`
      - - - 1
        - a
        - b
        - 2
      - - 4
        - - c
          - 3
      `);
  });
});

describe('splice, into block maps', () => {
  it('adds a key to a map that begins beside a dash', () => {
    expect(spliced('- name: x # the name\n- name: y\n', ['/0/args', ['a']])).toBe(dedent`
      - name: x # the name
        args:
          - a
      - name: y
      `);
  });

  it('adds several keys, and to a map and the map around it at the same line', () => {
    const text = 'metadata:\n  labels:\n    app: x\n';
    const result = spliced(
      text,
      ['/kind', 'Pod'],
      ['/metadata/annotations', { a: 'true' }],
      ['/metadata/labels/x~1y~0z', 'on'],
      ['/metadata/name', 'n1'],
    );
    expect(result).toBe(dedent`
      metadata:
        labels:
          app: x
          x/y~z: "on"
        annotations:
          a: "true"
        name: n1
      kind: Pod
      `);
  });

  it('appends after a block scalar, whose lines with # are not comments', () => {
    const text = dedent`
      a:
        - |
          x
          # text
        - >-
          y

      z: 1
      `;
    expect(spliced(text, ['/a/1', 'm'], ['/a/-', 'n1'])).toBe(dedent`
      a:
        - |
          x
          # text
        - m
        - >-
          y
        - n1

      z: 1
      `);
  });

  it('appends after the trailing blank lines of a block scalar that keeps them', () => {
    expect(spliced('a: |+\n  x\n\n\n# end\n', ['/b', [1]])).toBe(
      'a: |+\n  x\n\n\nb:\n  - 1\n# end\n',
    );
  });

  it('appends after plain and quoted scalars of several lines', () => {
    const text = dedent`
      a:
        p: some
          words
      b:
        q: "more
          # words"
      `;
    expect(spliced(text, ['/a/x', 1], ['/b/x', 2])).toBe(dedent`
      a:
        p: some
          words
        x: 1
      b:
        q: "more
          # words"
        x: 2
      `);
  });

  it('adds next to and under explicit keys', () => {
    const text = dedent`
      ? {x: y}
      : k: v
      ? |
        long
      : 1
      ? a
      : - b
      `;
    expect(spliced(text, ['/a/0', 'x'], ['/z', {}])).toBe(dedent`
      ? {x: y}
      : k: v
      ? |
        long
      : 1
      ? a
      : - x
        - b
      z: {}
      `);
  });

  it('adds to maps with a tag, or with an anchor without aliases', () => {
    const text = dedent`
      a: &a
        b: 1
      c: !!map
        d: &d 1
      e:
        - &name name: x
      `;
    expect(spliced(text, ['/a/x', 1], ['/c/x', 2], ['/e/0/x', 3])).toBe(dedent`
      a: &a
        b: 1
        x: 1
      c: !!map
        d: &d 1
        x: 2
      e:
        - &name name: x
          x: 3
      `);
  });

  it('adds keys that JavaScript treats as special', () => {
    const text = spliced('a: 1\n', ['/__proto__', { b: 2 }], ['/15', 3]);
    expect(text).toBe('a: 1\n__proto__:\n  b: 2\n"15": 3\n');
    expect(Object.keys(parse(text))).toEqual(['15', 'a', '__proto__']);
  });

  it('adds under such keys', () => {
    expect(spliced('__proto__:\n  a: 1\n15:\n  - 1\n', ['/__proto__/b', 2], ['/15/-', 3])).toBe(
      '__proto__:\n  a: 1\n  b: 2\n15:\n  - 1\n  - 3\n',
    );
  });
});

describe('splice, into empty values', () => {
  it('writes under keys without a value and keeps their comments, with one that says what was replaced', () => {
    const text = dedent`
      a:
      b: # note
        # more
      c: &c
      e: !!null
      `;
    expect(spliced(text, ['/a', [1]], ['/b', { x: 2 }], ['/c', 3], ['/e', [4]])).toBe(dedent`
      a: # podherald replaced nothing
        - 1
      b: # podherald replaced nothing # note
        x: 2
        # more
      c: &c 3
      e:
        - 4
      `);
  });

  it('replaces a null', () => {
    const text = dedent`
      a: null # note
      b: ~
      c:
        null
      d: Null
      `;
    expect(spliced(text, ['/a', [1]], ['/b', { x: 2 }], ['/c', [3]], ['/d', 4])).toBe(dedent`
      a: # podherald replaced null # note
        - 1
      b: # podherald replaced ~
        x: 2
      c:
        - 3
      d: 4
      `);
  });

  it('turns empty flow collections under block keys into block style', () => {
    const text = dedent`
      a: [] # note
      b: {}
      c: &c [ ]
      d: !!map {}
      e:
      - []
      - {}
      - &x {}
      `;
    const result = spliced(
      text,
      ['/a/0', 1],
      ['/a/-', [2]],
      ['/b/x', 1],
      ['/b/z', { w: 2 }],
      ['/c', [3]],
      ['/d/x', 4],
      ['/e/0/0', 'p'],
      ['/e/0/1', 'q'],
      ['/e/1/x', 5],
      ['/e/2/x', 6],
    );
    expect(result).toBe(dedent`
      a: # podherald replaced [] # note
      - 1
      - - 2
      b: # podherald replaced {}
        x: 1
        z:
          w: 2
      c: &c
      - 3
      d: !!map
        x: 4
      e:
      - - p
        - q
      - x: 5
      - &x
        x: 6
      `);
  });

  it('replaces a scalar, as RFC 6902 specifies for add', () => {
    const text = dedent`
      status: '{"a":1}' # ours
      other: |
        x
        y
      last: "z"
      `;
    expect(spliced(text, ['/status', '{"b":2}'], ['/other', 'text'])).toBe(dedent`
      status: '{"b":2}' # ours
      other: text
      last: "z"
      `);
  });
});

describe('splice, at the edges of a document', () => {
  it('keeps CRLF line breaks', () => {
    expect(spliced('a:\r\n  - 1\r\nb:\r\n', ['/a/0', 0], ['/b', [2]], ['/c', 3])).toBe(
      'a:\r\n  - 0\r\n  - 1\r\nb: # podherald replaced nothing\r\n  - 2\r\nc: 3\r\n',
    );
  });

  it('adds no line break to the end of the text', () => {
    expect(spliced('a:\n  - 1', ['/a/-', 2], ['/b', 3])).toBe('a:\n  - 1\n  - 2\nb: 3');
  });

  it('keeps the markers and comments around a document', () => {
    const text = dedent`
      %YAML 1.2
      # head
      ---
      # about a
      a: 1   
      # end
      ...
      # after
      `;
    expect(spliced(text, ['/b', [1]])).toBe(dedent`
      %YAML 1.2
      # head
      ---
      # about a
      a: 1   
      b:
        - 1
      # end
      ...
      # after
      `);
  });

  it('does not count a byte order mark as a column', () => {
    expect(spliced('\uFEFFa: 1\n', ['/b', 2])).toBe('\uFEFFa: 1\nb: 2\n');
  });

  it('keeps trailing spaces and lines of spaces', () => {
    expect(spliced('a:  \n  - 1  \n   \nb: 2 \n', ['/a/-', 2])).toBe(
      'a:  \n  - 1  \n  - 2\n   \nb: 2 \n',
    );
  });

  it('returns the text if there is nothing to add', () => {
    expect(spliced('a: [unclosed')).toBe('a: [unclosed');
  });

  it('never folds long lines', () => {
    const long = 'word '.repeat(100).trimEnd();
    expect(spliced('a: 1\n', ['/b', long])).toBe(`a: 1\nb: ${long}\n`);
  });
});

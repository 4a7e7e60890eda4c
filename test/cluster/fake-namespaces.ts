export interface Metadata {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly unknown[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: { readonly metadata: object };
}

interface StoredNamespace {
  readonly metadata: Metadata & { readonly name: string; readonly resourceVersion: string };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** The namespaces of a fake API server, with as much history as etcd has between two compactions. */
export class FakeNamespaces {
  readonly #stored = new Map<string, StoredNamespace>();
  #history: { readonly version: number; readonly event: WatchEvent }[] = [];
  #version = 1;
  #compactedAt = 0;
  /** The remaining pages of lists, by resource version. */
  readonly #lists = new Map<number, readonly StoredNamespace[]>();

  put(name: string, metadata: Metadata): WatchEvent {
    const type = this.#stored.has(name) ? 'MODIFIED' : 'ADDED';
    const version = ++this.#version;
    const stored = { metadata: { name, resourceVersion: String(version), ...metadata } };
    this.#stored.set(name, stored);
    return this.#remember(version, { type, object: partial(stored) });
  }

  /** The event of a deletion has the last state, and a resource version of its own. */
  remove(name: string): WatchEvent {
    const last = this.#stored.get(name)?.metadata;
    if (last === undefined) throw new Error(`there is no namespace ${name}`);
    this.#stored.delete(name);
    const version = ++this.#version;
    const metadata = { ...last, resourceVersion: String(version) };
    return this.#remember(version, { type: 'DELETED', object: partial({ metadata }) });
  }

  bookmark(): WatchEvent {
    const metadata = { resourceVersion: String(this.#version), creationTimestamp: null };
    return { type: 'BOOKMARK', object: { metadata } };
  }

  compact(): void {
    this.#compactedAt = this.#version;
    this.#history = [];
    this.#lists.clear();
  }

  /** All changes since that resource version. */
  since(version: number): readonly WatchEvent[] | 'expired' {
    if (version < this.#compactedAt) return 'expired';
    return this.#history.filter((change) => change.version > version).map(({ event }) => event);
  }

  names(): string[] {
    return [...this.#stored.keys()].sort();
  }

  annotationsOf(name: string): Readonly<Record<string, string>> | undefined {
    return this.#stored.get(name)?.metadata.annotations;
  }

  get(name: string, isMetadataOnly: boolean): Reply {
    const stored = this.#stored.get(name);
    if (stored === undefined) return { status: 404, body: { kind: 'Status', code: 404 } };
    return { status: 200, body: isMetadataOnly ? partial(stored) : whole(stored) };
  }

  list(query: URLSearchParams, isMetadataOnly: boolean): Reply {
    const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY;
    const token = query.get('continue');
    const [version, from] = token?.split('/').map(Number) ?? [this.#version, 0];
    const all = token === null ? this.#sorted() : this.#lists.get(version ?? 0);
    if (all === undefined || version === undefined || from === undefined) {
      return { status: 410, body: { kind: 'Status', code: 410, message: 'the token is too old' } };
    }
    const items = all.slice(from, from + limit).map(isMetadataOnly ? partial : whole);
    const next = from + limit < all.length ? { continue: `${version}/${from + limit}` } : {};
    if (from + limit < all.length) this.#lists.set(version, all);
    const metadata = { resourceVersion: String(version), ...next };
    return { status: 200, body: { kind: 'PartialObjectMetadataList', metadata, items } };
  }

  #sorted(): StoredNamespace[] {
    return this.names().flatMap((name) => this.#stored.get(name) ?? []);
  }

  #remember(version: number, event: WatchEvent): WatchEvent {
    this.#history.push({ version, event });
    return event;
  }
}

function partial({ metadata }: StoredNamespace) {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** A Namespace has little more than its metadata, unlike a pod. */
function whole({ metadata }: StoredNamespace) {
  const [spec, status] = [{ finalizers: ['kubernetes'] }, { phase: 'Active' }];
  return { kind: 'Namespace', apiVersion: 'v1', metadata, spec, status };
}

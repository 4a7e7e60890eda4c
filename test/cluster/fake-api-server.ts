import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { FakeNamespaces, type Metadata, type WatchEvent } from './fake-namespaces.ts';

export type RequestKind = 'list' | 'watch' | 'get';

export interface SeenRequest {
  readonly kind: RequestKind;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** A scripted response. */
export type Answer = (response: ServerResponse) => void;

/**
 * The part of an API server that namespaces need: lists in pages, watches from a resource version,
 * bookmarks, and reads. A test may script the responses to the next requests, and what happens to the
 * open watches.
 */
export class FakeApiServer {
  readonly requests: SeenRequest[] = [];
  readonly namespaces = new FakeNamespaces();
  /** The number of open watches that send changes. */
  readonly #watches = new Set<ServerResponse>();
  readonly #silenced = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  readonly #scripted: Record<RequestKind, Answer[]> = { list: [], watch: [], get: [] };
  readonly #always: Partial<Record<RequestKind, Answer>> = {};
  readonly #awaited: { kind: RequestKind; tell: (request: SeenRequest) => void }[] = [];
  #server: Server | undefined;
  #port = 0;
  /** The number of connections since the start. */
  connections = 0;

  /** Starts, or starts again at the same address. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#receive(request, response));
    this.#server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets the connections and refuses new ones, as if the process was killed. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** Scripts the responses to the next requests of that kind, in order. */
  script(kind: RequestKind, ...answers: Answer[]): void {
    this.#scripted[kind].push(...answers);
  }

  /** Scripts the response to all further requests of that kind; undefined ends that. */
  always(kind: RequestKind, answer: Answer | undefined): void {
    if (answer === undefined) delete this.#always[kind];
    else this.#always[kind] = answer;
  }

  forgetScripts(): void {
    for (const answers of Object.values(this.#scripted)) answers.length = 0;
  }

  /** Resolves with the next request of that kind. */
  next(kind: RequestKind): Promise<SeenRequest> {
    return new Promise((tell) => this.#awaited.push({ kind, tell }));
  }

  count(kind: RequestKind): number {
    return this.requests.filter((request) => request.kind === kind).length;
  }

  put(name: string, annotations: Record<string, string> = {}, metadata: Metadata = {}): void {
    this.#tell(this.namespaces.put(name, { ...metadata, annotations }));
  }

  remove(name: string): void {
    this.#tell(this.namespaces.remove(name));
  }

  bookmark(): void {
    this.sendToWatches(`${JSON.stringify(this.namespaces.bookmark())}\n`);
  }

  /** Forgets all changes until now: a watch from before them is answered 410 Gone. */
  compact(): void {
    this.namespaces.compact();
  }

  /** Ends the open watches, as their timeout does. */
  endWatches(): void {
    this.#forWatches((response) => response.end());
  }

  /** Cuts the open watches, as a broken network does. */
  cutWatches(): void {
    this.#forWatches((response) => response.socket?.resetAndDestroy());
  }

  /** Keeps the open watches open, but sends nothing on them any more. */
  silenceWatches(): void {
    this.#forWatches((response) => this.#silenced.add(response));
  }

  get silencedWatches(): number {
    return this.#silenced.size;
  }

  sendToWatches(bytes: string | Uint8Array): void {
    for (const response of this.#watches) response.write(bytes);
  }

  #forWatches(change: (response: ServerResponse) => void): void {
    const open = [...this.#watches];
    this.#watches.clear();
    for (const response of open) change(response);
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.url);
    const kind = path !== '/api/v1/namespaces' ? 'get' : query.has('watch') ? 'watch' : 'list';
    const seen: SeenRequest = { kind, path, query, headers: request.headers };
    this.requests.push(seen);
    const answer = this.#scripted[kind].shift() ?? this.#always[kind];
    if (answer !== undefined) answer(response);
    else this.#answerTruly(seen, response);
    for (const waiting of this.#awaited.splice(0)) {
      if (waiting.kind === kind) waiting.tell(seen);
      else this.#awaited.push(waiting);
    }
  }

  #answerTruly({ kind, path, query, headers }: SeenRequest, response: ServerResponse): void {
    const isMetadataOnly = headers.accept?.includes('as=PartialObjectMetadata') === true;
    if (kind === 'watch') {
      this.#watch(query.get('resourceVersion') ?? '', response);
      return;
    }
    const { status, body } =
      kind === 'list'
        ? this.namespaces.list(query, isMetadataOnly)
        : this.namespaces.get(path.split('/').at(-1) ?? '', isMetadataOnly);
    answerStatus(status, body)(response);
  }

  #watch(resourceVersion: string, response: ServerResponse): void {
    const events = this.namespaces.since(Number(resourceVersion));
    // A watch sends its headers at once, even without an event.
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    response.on('error', () => {});
    if (events === 'expired') {
      response.end(`${JSON.stringify({ type: 'ERROR', object: EXPIRED })}\n`);
      return;
    }
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    this.#watches.add(response);
    response.once('close', () => {
      this.#watches.delete(response);
      this.#silenced.delete(response);
    });
  }

  #tell(event: WatchEvent): void {
    this.sendToWatches(`${JSON.stringify(event)}\n`);
  }
}

const EXPIRED = {
  kind: 'Status',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
};

/** Answers with a Status of that code, or with another body. */
export function answerStatus(
  code: number,
  body: unknown = { kind: 'Status', apiVersion: 'v1', code, message: `scripted ${code}` },
  headers: Record<string, string> = {},
): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

/** Accepts the request and never answers. */
export const hang: Answer = () => {};

/** Accepts the request and resets the connection. */
export const cut: Answer = (response) => void response.socket?.resetAndDestroy();

/** Sends the beginning of a response, and then nothing more. */
export function sayAndHang(text: string | Uint8Array = ''): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    if (text.length > 0) response.write(text);
  };
}

/** Sends the beginning of a response, and cuts the connection. */
export function sayAndCut(text: string): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(text, () => response.socket?.resetAndDestroy());
  };
}

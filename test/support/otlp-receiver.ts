import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** A span as it arrives at a collector. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0 is unset, 1 is ok, 2 is an error. */
  readonly status: number;
  /** The attributes of the process that sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** For OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The headers of each request. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Receives spans over OTLP/HTTP with protobuf, until the test ends.
 *
 * @param answer the status of each answer; 0 leaves every request without an answer.
 */
export async function startOtlpReceiver(answer = 200): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    headers.push(request.headers);
    const isGzip = request.headers['content-encoding'] === 'gzip';
    const isTraces = request.method === 'POST' && request.url === '/v1/traces';
    const isProtobuf = request.headers['content-type'] === 'application/x-protobuf';
    if (answer === 0) return;
    if (!isTraces || !isProtobuf) return void response.writeHead(isTraces ? 415 : 404).end();
    if (answer === 200) spans.push(...spansOf(isGzip ? gunzipSync(body) : body));
    response.writeHead(answer, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, url: `${endpoint}/v1/traces`, spans, headers };
}

/** The numbers of the fields are those of opentelemetry/proto/{collector/trace,trace,common}/v1. */
function spansOf(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1).map((one) => attributesOf(one, 1))[0] ?? {};
    const scopes = messages(resourceSpans, 2);
    return scopes.flatMap((scope) => messages(scope, 2).map((span) => spanOf(span, resource)));
  });
}

function spanOf(span: Buffer, resource: ReceivedSpan['resource']): ReceivedSpan {
  const [traceId, spanId, parentSpanId] = [1, 2, 4].map((id) =>
    messages(span, id)[0]?.toString('hex'),
  );
  const [status = Buffer.alloc(0)] = messages(span, 15);
  return {
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    parentSpanId: parentSpanId ?? '',
    name: String(messages(span, 5)[0]),
    kind: Number(numbers(span, 6)[0]),
    startNanos: numbers(span, 7)[0] ?? 0n,
    endNanos: numbers(span, 8)[0] ?? 0n,
    attributes: attributesOf(span, 9),
    status: Number(numbers(status, 3)[0] ?? 0),
    resource,
  };
}

function attributesOf(message: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(message, field).map((keyValue) => {
      const [value = Buffer.alloc(0)] = messages(keyValue, 2);
      return [String(messages(keyValue, 1)[0]), anyValue(value)];
    }),
  );
}

function anyValue(value: Buffer): unknown {
  const [text] = messages(value, 1);
  const [flag] = numbers(value, 2);
  if (text !== undefined) return text.toString();
  return flag === undefined ? Number(numbers(value, 3)[0]) : flag === 1n;
}

interface WireField {
  readonly number: number;
  readonly value: Buffer | bigint;
}

function messages(message: Buffer, field: number): Buffer[] {
  return fieldsOf(message).flatMap(({ number, value }) =>
    number === field && typeof value !== 'bigint' ? [value] : [],
  );
}

function numbers(message: Buffer, field: number): bigint[] {
  return fieldsOf(message).flatMap(({ number, value }) =>
    number === field && typeof value === 'bigint' ? [value] : [],
  );
}

/** The fields of a message in the wire format (https://protobuf.dev/programming-guides/encoding/). */
function fieldsOf(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    if (at > message.length) throw new Error('the message ends in a field');
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    if ((tag & 7) === 0) fields.push({ number, value: varint() });
    else if ((tag & 7) === 1) fields.push({ number, value: take(8).readBigUInt64LE() });
    else if ((tag & 7) === 2) fields.push({ number, value: take(Number(varint())) });
    else if ((tag & 7) === 5) fields.push({ number, value: BigInt(take(4).readUInt32LE()) });
    else throw new Error(`field ${number} has the unknown wire type ${tag & 7}`);
  }
  return fields;
}

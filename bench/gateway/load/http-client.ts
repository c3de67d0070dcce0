import { isDeepStrictEqual } from 'node:util';

import { resultOf } from '../upstreams/answers.ts';
import { eventData, findAnswer } from './answer.ts';
import { callTemplate, initialize, initialized, type LoadClient, nextId } from './client.ts';
import { HttpConnection } from './http-connection.ts';
import type { HttpTarget, LoadJob } from './job.ts';
import type { RawResponse } from './response-reader.ts';

/** Opens a connection and an MCP session, and makes one call whose answer is compared in full. */
export async function openHttpClient(target: HttpTarget, job: LoadJob): Promise<LoadClient> {
  const url = new URL(target.url);
  const connection = new HttpConnection(url);
  const template = callTemplate(job.tool, target.era);
  const each =
    target.era === 'modern'
      ? modernHeaders(job.tool)
      : sessionHeaders(await openSession(connection, target));
  const request = Buffer.from(post(target, template.text, each));
  const idAt = request.length - Buffer.byteLength(template.text) + template.idAt;
  const expected = resultOf(job.expect);
  const client: LoadClient = {
    call(onAnswer) {
      const id = nextId();
      request.write(String(id), idAt, 'latin1');
      connection.send(request, (outcome) => {
        if (outcome instanceof Error) onAnswer(outcome.message);
        else if (findAnswer(outcome, id, expected.length)) onAnswer(undefined);
        else onAnswer(`HTTP ${outcome.status}: ${outcome.body.toString('latin1', 0, 200)}`);
      });
    },
    async [Symbol.asyncDispose]() {
      if (target.era === 'legacy') {
        await connection.exchange(headers(target, 'DELETE', each) + '\r\n').catch(() => undefined);
      }
      connection.close();
    },
  };
  await compareInFull(connection, post(target, template.text, each), expected);
  return client;
}

async function openSession(connection: HttpConnection, target: HttpTarget): Promise<string> {
  const hello = JSON.stringify({ jsonrpc: '2.0', id: nextId(), ...initialize });
  const response = await connection.exchange(post(target, hello, ''));
  if (response.status !== 200) throw new Error(`initialize: ${describe(response)}`);
  const session = /\r\nmcp-session-id: *(\S+)/i.exec(response.head)?.[1];
  const each = sessionHeaders(session ?? '');
  const ready = await connection.exchange(post(target, JSON.stringify(initialized), each));
  if (ready.status >= 300) throw new Error(`initialized: ${describe(ready)}`);
  return session ?? '';
}

async function compareInFull(
  connection: HttpConnection,
  request: string,
  expected: Buffer,
): Promise<void> {
  const response = await connection.exchange(request);
  const messages = response.eventStream ? [...eventData(response.body)] : [response.body];
  const wanted: unknown = JSON.parse(expected.toString());
  const found = messages
    .filter((message) => message.length > 0)
    .some((message) => {
      const { result }: { result?: { resultType?: string } } = JSON.parse(message.toString());
      const { resultType: _, ...rest } = result ?? {};
      return isDeepStrictEqual(rest, wanted);
    });
  if (!found) throw new Error(`the first answer differs: ${describe(response)}`);
}

function describe(response: RawResponse): string {
  return `HTTP ${response.status} ${response.body.toString('utf8', 0, 300)}`;
}

function post(target: HttpTarget, body: string, each: string): string {
  return (
    headers(target, 'POST', each) +
    'Content-Type: application/json\r\n' +
    'Accept: application/json, text/event-stream\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function sessionHeaders(session: string): string {
  return `Mcp-Session-Id: ${session}\r\nMcp-Protocol-Version: 2025-11-25\r\n`;
}

function modernHeaders(tool: string): string {
  return `Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ${tool}\r\n`;
}

/** `each` are the headers that every request of this client has beside the usual ones. */
function headers(target: HttpTarget, method: string, each: string): string {
  const { host, pathname } = new URL(target.url);
  return (
    `${method} ${pathname} HTTP/1.1\r\nHost: ${host}\r\n` +
    `Authorization: Bearer ${target.token}\r\n${each}`
  );
}

import { describe, expect, it } from 'vitest';

import { plugboardForFile } from '../harness/for-file.ts';
import type { RpcMessage } from '../harness/raw-client.ts';
import { readEvents } from '../harness/sse.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.add({ server: packageOf('asking'), slug: 'asking' });
  await plugboard.add({ server: packageOf('modern'), slug: 'modern' });
});

const version = '2026-07-28';
const elicitation = { elicitation: { form: {} } };

interface Sent {
  readonly token?: string;
  readonly capabilities?: object;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answered {
  readonly status: number;
  readonly message: RpcMessage;
}

/** One request of the modern era, right in all but what is given otherwise. */
async function send(method: string, params: object, sent: Sent = {}): Promise<Answered> {
  const { plugboard } = fixture;
  const name = 'name' in params ? params.name : 'uri' in params ? params.uri : undefined;
  const response = await fetch(plugboard.mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${sent.token ?? plugboard.demoToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': sent.version ?? version,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
      ...sent.headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: {
        ...params,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': sent.version ?? version,
          'io.modelcontextprotocol/clientCapabilities': sent.capabilities ?? elicitation,
        },
      },
    }),
  });
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const messages: string[] = [];
  if (isStream && response.body) {
    for await (const { data } of readEvents(response.body)) messages.push(data);
  } else messages.push(await response.text());
  return { status: response.status, message: JSON.parse(messages.at(-1) ?? '') };
}

/** The newest records of calls, as the audit log has them. */
async function lastOutcome(): Promise<Readonly<Record<string, unknown>>> {
  const { entries } = await fixture.plugboard.api.audit.list({ limit: 20 });
  return entries.find(({ kind }) => kind === 'call.outcome')?.record ?? {};
}

async function expectRefused(
  attempt: Promise<Answered>,
  expected: { status: number; code: number; reason: string; message?: RegExp },
): Promise<void> {
  const { status, message } = await attempt;
  expect(message.error).toMatchObject({ code: expected.code });
  expect(status).toBe(expected.status);
  if (expected.message) expect(message.error?.message).toMatch(expected.message);
  expect(await lastOutcome()).toMatchObject({ outcome: 'refused', reason: expected.reason });
}

const call = (server: string, args: object = {}) => ({
  name: `${server}__ask_name`,
  arguments: args,
});

/** Starts a call and gives what the client is to bring back, with an answer to what it was asked. */
async function firstRound(server: string, token?: string) {
  const { message } = await send('tools/call', call(server), { ...(token && { token }) });
  expect(message.result).toMatchObject({ resultType: 'input_required' });
  const [key = ''] = Object.keys(message.result.inputRequests);
  return {
    requestState: String(message.result.requestState),
    inputResponses: { [key]: { action: 'accept', content: { name: 'Ada' } } },
  };
}

describe('a request of the modern era', () => {
  it('is refused when its headers say another thing than its body', async () => {
    const headers = { 'mcp-name': 'asking__declared' };
    const expected = { status: 400, code: -32_020, reason: 'header_mismatch' };
    await expectRefused(send('tools/call', call('asking'), { headers }), expected);
    const method = { 'mcp-method': 'tools/list' };
    await expectRefused(send('tools/call', call('asking'), { headers: method }), expected);
  });

  it('is refused in a version that is not spoken', async () => {
    const expected = { status: 400, code: -32_022, reason: 'unsupported_version' };
    await expectRefused(send('tools/call', call('modern'), { version: '2027-01-01' }), expected);
  });

  it.each(['asking', 'modern'])(
    'fails when %s asks for what its client has not declared',
    async (server) => {
      const { status, message } = await send('tools/call', call(server), { capabilities: {} });
      expect({ status, code: message.error?.code }).toEqual({ status: 400, code: -32_021 });
      expect(message.error?.data).toMatchObject({ requiredCapabilities: { elicitation: {} } });
      // The server had the call already, and it is cancelled there.
      const outcome = { outcome: 'error', reason: 'missing_capability' };
      expect(await lastOutcome()).toMatchObject(outcome);
    },
  );

  it('is refused when it wants to hear of what is not granted', async () => {
    const token = await fixture.plugboard.agent('narrow', { modern: 'execute' });
    const notifications = { resourceSubscriptions: ['asking+note://watched'] };
    const expected = { status: 200, code: -32_602, reason: 'unknown' };
    await expectRefused(send('subscriptions/listen', { notifications }, { token }), expected);
  });
});

describe.each(['asking', 'modern'])('requestState of a call of the server %s', (server) => {
  const expected = { status: 400, code: -32_602, reason: 'state_invalid' };

  it('goes on with the call, once', async () => {
    const brought = await firstRound(server);
    const { message } = await send('tools/call', { ...call(server), ...brought });
    expect(message.result).toMatchObject({ resultType: 'complete' });
    expect(message.result.content[0].text).toBe('hello Ada');
    expect(await lastOutcome()).toMatchObject({ outcome: 'ok' });
  });

  it('is refused when it was changed', async () => {
    const brought = await firstRound(server);
    const at = brought.requestState.length >> 1;
    const other = brought.requestState[at] === 'A' ? 'B' : 'A';
    const requestState =
      brought.requestState.slice(0, at) + other + brought.requestState.slice(at + 1);
    const params = { ...call(server), ...brought, requestState };
    await expectRefused(send('tools/call', params), { ...expected, message: /requestState/ });
  });

  it('is refused from another agent', async () => {
    const brought = await firstRound(server);
    const token = await fixture.plugboard.agent(`thief-of-${server}`, { starter: 'execute' });
    await expectRefused(send('tools/call', { ...call(server), ...brought }, { token }), expected);
  });

  it('is refused with other arguments, and for another server', async () => {
    const brought = await firstRound(server);
    const changed = { ...call(server, { times: 2 }), ...brought };
    await expectRefused(send('tools/call', changed), expected);
    const elsewhere = { ...call(server === 'asking' ? 'modern' : 'asking'), ...brought };
    await expectRefused(send('tools/call', elsewhere), expected);
  });

  it('is refused when the grant is gone meanwhile', async () => {
    const { plugboard } = fixture;
    const slug = `leaving-${server}`;
    const token = await plugboard.agent(slug, { [server]: 'execute' });
    const brought = await firstRound(server, token);
    const { grants } = await plugboard.api.grants.list({ agent: slug });
    for (const { id } of grants) await plugboard.api.grants.revoke({ grant: id });
    const { message } = await send('tools/call', { ...call(server), ...brought }, { token });
    expect(message.error?.code).toBe(-32_602);
    expect(message.error?.message).toMatch(/Unknown tool/);
    expect(await lastOutcome()).toMatchObject({ outcome: 'refused', reason: 'unknown' });
  });
});

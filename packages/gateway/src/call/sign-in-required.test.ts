import { AppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { buildInstance, buildOffering } from '../testing/build.ts';
import {
  type CallOptions,
  callHarness,
  legacyClient,
  modernClient,
  ScriptedServer,
} from '../testing/call-harness.ts';
import { silentClient } from './call-client.ts';
import { toRpcError } from './rpc-error.ts';
import { textAt } from './value-at.ts';

const url = 'https://plugboard.example.com/connect/c-1';
const words = `Notes needs sign-in. Ada can sign in at ${url}`;

function signIn(details: Readonly<Record<string, unknown>> = {}): AppError {
  return new AppError('sign_in_required', words, {
    details: {
      who: { kind: 'member', id: 'm-secret-id', name: 'Ada' },
      instance: 'notes',
      connectUrl: url,
      missing: ['NOTES_KEY'],
      ...details,
    },
  });
}

const instance = buildInstance('notes', [buildOffering('write', { level: 'write' })], {
  account: 'member',
});
const params = { name: 'notes__write', arguments: { text: 'x' } };

/** A server whose member `m1` must sign in until `state.isMissing` is false. */
function build(error = signIn()) {
  const state = { isMissing: true };
  const server = new ScriptedServer(() => ({ content: [{ type: 'text', text: 'done' }] }));
  const harness = callHarness(server, [instance], {
    async refuse(set) {
      if (state.isMissing && set === 'member:m1') throw error;
    },
  });
  const failure = async (options: CallOptions) =>
    toRpcError(await reasonOf(harness.call(params, { memberId: 'm1', ...options })), 'ref');
  return { ...harness, server, state, failure };
}

const reasonOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('a call that somebody must sign in for', () => {
  it('is refused on record, with its reason and for whom', async () => {
    const { failure, outcomes, sets, server } = build();
    await failure({});
    expect(outcomes()).toMatchObject([
      { outcome: 'refused', reason: 'sign_in_required', memberId: 'm1', tokenId: 'token' },
    ]);
    expect(sets).toEqual(['member:m1']);
    expect(server.sent).toEqual([]);
  });

  it('tells a client that can send nobody anywhere who must go where', async () => {
    const { failure } = build();
    for (const client of [
      silentClient,
      legacyClient(() => ({}), { elicitation: {} }),
      legacyClient(() => ({}), { elicitation: { form: {} } }),
      modernClient({}),
      modernClient({ elicitation: { form: {} } }),
    ]) {
      expect(await failure({ client })).toEqual({
        code: -32000,
        message: words,
        data: {
          code: 'sign_in_required',
          who: { kind: 'member', name: 'Ada' },
          instance: 'notes',
          url,
        },
      });
    }
  });

  it('sends a legacy client that declared it to the page', async () => {
    const { failure } = build();
    const client = legacyClient(() => ({}), { elicitation: { url: {} } });
    expect(await failure({ client })).toEqual({
      code: -32042,
      message: words,
      data: {
        code: 'sign_in_required',
        who: { kind: 'member', name: 'Ada' },
        instance: 'notes',
        url,
        elicitations: [{ mode: 'url', elicitationId: expect.any(String), url, message: words }],
      },
    });
  });

  it('asks a modern client that declared it to go there, and is made when that was done', async () => {
    const { call, state, outcomes, server } = build();
    const options = { client: modernClient({ elicitation: { url: {} } }), memberId: 'm1' };
    const { result } = await call(params, options);
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        'elicitation/create#sign-in': {
          method: 'elicitation/create',
          params: { mode: 'url', message: words, url },
        },
      },
    });
    expect(outcomes()).toMatchObject([{ outcome: 'refused', reason: 'sign_in_required' }]);
    const requestState = textAt(result, ['requestState']);
    const answer = (action: string) => ({
      ...params,
      requestState,
      inputResponses: { 'elicitation/create#sign-in': { action } },
    });
    // Who only says that they went is asked again.
    expect(await call(answer('accept'), options)).toMatchObject({
      result: { resultType: 'input_required' },
    });
    await expect(call(answer('decline'), options)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(server.sent).toEqual([]);
    state.isMissing = false;
    expect(await call(answer('accept'), options)).toMatchObject({
      result: { content: [{ text: 'done' }] },
    });
    // What was given to one member is no other's.
    await expect(call(answer('accept'), { ...options, memberId: 'm2' })).rejects.toMatchObject({
      reason: 'state_invalid',
    });
  });

  it('is a plain error where nobody knows a page, or the agent acts for no member', async () => {
    const { failure } = build(signIn({ connectUrl: undefined }));
    const client = modernClient({ elicitation: { url: {} } });
    expect(await failure({ client })).toMatchObject({ code: -32000, data: { instance: 'notes' } });

    const forNobody = build();
    expect(toRpcError(await reasonOf(forNobody.call(params, { client })), 'ref')).toMatchObject({
      code: -32000,
      message: expect.stringContaining('acts for no member'),
      data: { code: 'sign_in_required', instance: 'notes' },
    });
    expect(forNobody.sets).toEqual([]);
    expect(forNobody.outcomes()).toMatchObject([{ outcome: 'refused' }]);
  });

  it("uses each member's own account", async () => {
    const { call, sets } = build();
    await call(params, { memberId: 'm2' });
    await call(params, { memberId: 'm3' });
    expect(sets).toEqual(['member:m2', 'member:m3']);
  });
});

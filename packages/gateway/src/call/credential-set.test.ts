import { isAppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { buildInstance } from '../testing/build.ts';
import { credentialSetOf } from './credential-set.ts';

const agent = { agentId: 'a1' };
const acting = { agentId: 'a1', memberId: 'm1' };

describe('credentialSetOf', () => {
  it('is by whose account the instance is used with', () => {
    const of = (account: 'organization' | 'member' | 'agent') =>
      buildInstance('i', [], { account });
    expect(credentialSetOf(agent, of('organization'))).toBe('shared');
    expect(credentialSetOf(acting, of('organization'))).toBe('shared');
    expect(credentialSetOf(agent, of('agent'))).toBe('agent:a1');
    expect(credentialSetOf(acting, of('agent'))).toBe('agent:a1');
    expect(credentialSetOf(acting, of('member'))).toBe('member:m1');
  });

  it('is none for a member who has not let this agent use their connection', () => {
    const instance = {
      ...buildInstance('notes', [], { account: 'member' }),
      barredMembers: ['m1'],
    };
    expect(() => credentialSetOf(acting, instance)).toThrow(/has not let this agent use it/);
    expect(credentialSetOf({ agentId: 'a1', memberId: 'm2' }, instance)).toBe('member:m2');
    expect(credentialSetOf(acting, { ...instance, account: 'organization' })).toBe('shared');
  });

  it('never falls back to another account for an agent that acts for no member', () => {
    const instance = buildInstance('notes', [], { account: 'member' });
    for (const identity of [agent, { agentId: 'a1', memberId: undefined }]) {
      try {
        credentialSetOf(identity, instance);
        expect.unreachable();
      } catch (error) {
        if (!isAppError(error, 'sign_in_required')) throw error;
        expect(error.message).toContain('notes');
        expect(error.details).toMatchObject({ instance: 'notes' });
      }
    }
  });
});

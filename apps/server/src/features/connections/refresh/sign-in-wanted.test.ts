import { describe, expect, it } from 'vitest';

import { wantSignIn } from './sign-in-wanted.ts';

const refusal = { status: 401, challenge: 'Bearer', dpopNonce: undefined, sent: undefined };

describe('wantSignIn', () => {
  const authorization = wantSignIn({ base: 'https://plugboard.test' }, 'tickets');

  it('adds nothing to what is sent', () => {
    const request = { method: 'POST', url: 'https://tickets.test/mcp' };
    expect(authorization.headers(request)).toEqual({});
  });

  it('says where to sign in when a token is wanted', async () => {
    const connectUrl = 'https://plugboard.test/connect/tickets';
    await expect(authorization.refused(refusal)).rejects.toMatchObject({
      code: 'sign_in_required',
      message: expect.stringContaining(connectUrl),
      details: { connectUrl, instance: 'tickets' },
    });
  });

  it.each([
    ['nothing is asked for', { challenge: undefined }],
    ['a password is asked for', { challenge: 'Basic realm="x"' }],
    ['it is not about who one is', { status: 403 }],
  ])('lets a refusal stand when %s', async (_, more) => {
    expect(await authorization.refused({ ...refusal, ...more })).toBe(false);
  });
});

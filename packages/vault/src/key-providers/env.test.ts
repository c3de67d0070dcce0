import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { masterKeyId } from '../master-key-id.ts';
import { Secret } from '../secret.ts';
import { createEnvProvider } from './env.ts';

const variable = 'PLUGBOARD_MASTER_KEY';

describe('the provider of the environment', () => {
  it.each(['hex', 'base64', 'base64url'] as const)('takes a key in %s', async (form) => {
    const bytes = randomBytes(32);
    const provider = createEnvProvider(variable, new Secret(` ${bytes.toString(form)}\n`));
    const { id, key } = await provider.first('i', false);
    expect(key.export()).toEqual(bytes);
    expect(id).toBe(masterKeyId(key));
    const open = (wanted: string) =>
      provider.open({ id: wanted, installationId: 'i', wrapped: undefined });
    expect((await open(id))?.equals(key)).toBe(true);
    expect(await open('0000000000000000')).toBeUndefined();
    expect(inspect(provider, { showHidden: true, depth: 9 })).not.toContain(bytes.toString(form));
  });

  it.each([
    '',
    'short',
    randomBytes(31).toString('hex'),
    randomBytes(33).toString('hex'),
    randomBytes(31).toString('base64'),
    randomBytes(33).toString('base64'),
    `${randomBytes(31).toString('hex')}zz`,
  ])('refuses %j without repeating it', (text) => {
    const make = () => createEnvProvider(variable, new Secret(text));
    expect(make).toThrow('must be 32 bytes');
    if (text !== '') expect(make).not.toThrow(text);
  });

  it('says how to set a key that is missing, and how to replace one', async () => {
    expect(() => createEnvProvider(variable, undefined)).toThrow(/openssl rand/);
    const text = new Secret(randomBytes(32).toString('base64'));
    await expect(createEnvProvider(variable, text).create('i')).rejects.toThrow(
      /PLUGBOARD_MASTER_KEY_PREVIOUS/,
    );
  });
});

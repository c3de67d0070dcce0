import { PassThrough } from 'node:stream';

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { confirmPlan } from './confirm.ts';
import { createSession } from './session.ts';
import { buildTerminal } from './testing/build-terminal.ts';

/** Asks a person who types that, and tells what they saw; without words nobody is there. */
async function ask(typed: string | undefined, { yes = false, json = false } = {}) {
  const stdin = Object.assign(new PassThrough(), typed === undefined ? {} : { isTTY: true });
  const { terminal, written } = buildTerminal({ stdin });
  const program = new Command().option('--json');
  program.parse(json ? ['--json'] : [], { from: 'user' });
  stdin.write(`${typed ?? ''}\n`);
  const session = createSession(program, terminal);
  const done = await confirmPlan(session, 'Change db back?', yes).then(
    () => 'done',
    (error: unknown) => String(error),
  );
  return { done, asked: written.err, out: written.out };
}

describe('confirmPlan', () => {
  it.each(['y', 'Y', 'yes', ' yes '])('takes "%s" for a yes', async (typed) => {
    const { done, asked, out } = await ask(typed);
    expect({ done, out }).toEqual({ done: 'done', out: '' });
    expect(asked).toContain('Change db back? [y/N]');
  });

  it.each(['', 'n', 'no', 'yess', 'sure'])('takes "%s" for a no', async (typed) => {
    expect((await ask(typed)).done).toMatch(/Nothing was done/);
  });

  it('asks nobody who has said yes already, or cannot answer', async () => {
    expect(await ask('n', { yes: true })).toMatchObject({ done: 'done', asked: '' });
    for (const told of [await ask(undefined), await ask('y', { json: true })]) {
      expect(told).toMatchObject({ asked: '', done: expect.stringMatching(/only the plan/) });
    }
  });
});

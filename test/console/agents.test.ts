import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { type FileFixture, plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

const looks = [
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const;

describe.skipIf(!hasBrowser)('agents in the console', () => {
  const file: FileFixture = plugboardForFile({}, async ({ plugboard }) => {
    await plugboard.add({ server: packageOf('apps'), slug: 'apps' });
    await plugboard.agent('coder', { starter: 'write' });
    await plugboard.agent('empty');
    const { api } = plugboard;
    await api.calls.create({ agent: 'coder', instance: 'apps', name: 'counter' });
    await api.agents.clients.create({ agent: 'coder', name: 'nightly report' });
  });

  it.each(looks)('are listed on %s, %s', async (viewport, theme) => {
    await using page = await openConsole(file.plugboard, { path: '/agents', viewport, theme });
    await page.getByRole('link', { name: 'coder', exact: true }).waitFor();
    await checkPage(page, 'agents');
  });

  it.each([
    ['tools', 'Search tools'],
    ['grants', 'New grant'],
    ['connect', 'Connect a client'],
    ['tokens', 'New client'],
    ['activity', 'In the audit log'],
  ])('have a page with %s', async (tab, words) => {
    for (const viewport of ['desktop', 'phone'] as const) {
      const path = `/agents/coder?tab=${tab}`;
      const theme = viewport === 'phone' ? 'dark' : 'light';
      await using page = await openConsole(file.plugboard, { path, viewport, theme });
      await (tab === 'tools'
        ? page.getByLabel(words).waitFor()
        : page.getByText(words, { exact: true }).first().waitFor());
      await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
      await checkPage(page, `agent-${tab}`);
    }
  });

  it('are made with what they may use, by the keyboard alone', async () => {
    await using page = await openConsole(file.plugboard, { path: '/agents' });
    await page.getByRole('button', { name: 'New agent' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel(/^Name/).focus();
    await page.keyboard.type('Ann’s Laptop');
    expect(await page.getByLabel(/^Short name/).inputValue()).toBe('anns-laptop');
    await page.getByRole('combobox', { name: 'Level on starter' }).focus();
    await page.keyboard.press('Enter');
    const read = page.getByRole('option', { name: /^read/ });
    await read.waitFor();
    // The list takes keys a moment after it is there.
    await expect
      .poll(async () => {
        if ((await read.getAttribute('data-highlighted')) !== null) return true;
        await page.keyboard.press('ArrowDown');
        return false;
      })
      .toBe(true);
    await page.keyboard.press('Enter');
    await checkPage(page, 'agent-new');
    await page.getByLabel(/^Name/).focus();
    await page.keyboard.press('Enter');
    const token = page.getByLabel('the token', { exact: true });
    await token.waitFor();
    const text = (await token.textContent()) ?? '';
    await page.getByText('Claude Code').click();
    await page.getByText('Run this in a terminal').waitFor();
    expect(await page.getByLabel('the command', { exact: true }).textContent()).toContain(text);
    await checkPage(page, 'agent-ready');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Ann’s Laptop' }).waitFor();
    const { grants } = await file.plugboard.api.grants.list({ agent: 'anns-laptop' });
    expect(grants.map(({ level }) => level)).toEqual(['read']);
    // The token works, and is nowhere on the page any more.
    const client = await file.plugboard.client(text);
    await client.end();
    expect(await page.content()).not.toContain(text);
  });

  it('say what is wrong with a name that is taken', async () => {
    await using page = await openConsole(file.plugboard, { path: '/agents?new=true' });
    await page.getByLabel(/^Name/).fill('Coder');
    await page.getByRole('button', { name: 'Make the agent' }).last().click();
    await page.getByRole('alert').getByText(/coder/).waitFor();
  });

  it('show of each tool whether they may use it and why', async () => {
    await using page = await openConsole(file.plugboard, { path: '/agents/coder?show=refused' });
    const row = page.getByRole('row', { name: /destroy/ });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/execute/);
    expect(await page.getByRole('row', { name: /counter/ }).count()).toBe(0);
    await page.getByLabel('Search tools').fill('nothing like it');
    await page.getByText('No tool is like that').waitFor();
  });

  it('have grants that end, are taken back, and come back', async () => {
    await using page = await openConsole(file.plugboard, { path: '/agents/coder?tab=grants' });
    const read = async () => (await file.plugboard.api.grants.list({ agent: 'coder' })).grants;
    await page.getByRole('button', { name: 'Change the grant on all of starter' }).click();
    await page.getByRole('menuitem', { name: 'End it in a day' }).click();
    await expect.poll(async () => (await read())[0]?.expiresAt).toBeDefined();
    await page.getByText(/ends/).first().waitFor();
    await page.getByRole('button', { name: 'Change the grant on all of starter' }).click();
    await page.getByRole('menuitem', { name: 'Take it back' }).click();
    await expect.poll(async () => (await read()).length).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(async () => (await read())[0]?.level).toBe('write');
  });

  it('lose a token at once when it is revoked', async () => {
    const { api } = file.plugboard;
    const { token } = await api.agents.tokens.create({ agent: 'empty', name: 'lost' });
    await using page = await openConsole(file.plugboard, { path: '/agents/empty?tab=tokens' });
    await page.getByRole('button', { name: 'Revoke lost' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('revoked').first().waitFor();
    await expect(file.plugboard.client(token)).rejects.toThrow();
  });

  it('are removed when their name is typed', async () => {
    await file.plugboard.agent('gone');
    await using page = await openConsole(file.plugboard, { path: '/agents/gone' });
    await page.getByRole('button', { name: 'Actions of gone' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    const remove = page.getByRole('button', { name: 'Remove the agent' });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type gone to go on').fill('gone');
    await remove.click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/agents');
    const { agents } = await file.plugboard.api.agents.list();
    expect(agents.map(({ slug }) => slug)).not.toContain('gone');
  });
});

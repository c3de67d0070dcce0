import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { checkPage, hasBrowser, openConsole } from '../harness/console.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { signInInvited } from '../harness/people.ts';
import type { Plugboard } from '../harness/plugboard.ts';

const looks = [
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const;

/** A page of somebody else than the owner. */
async function openAs(
  plugboard: Plugboard,
  email: string,
  role: 'admin' | 'member' | 'auditor',
  path: string,
): Promise<Page> {
  const browser = await signInInvited(plugboard, email, role);
  const page = await openConsole(plugboard, { signedIn: false, path: '/sign-in' });
  const { url } = plugboard;
  const cookies = browser.cookies(url).map(({ name, value }) => ({ name, value, url }));
  await page.context().addCookies(cookies);
  await page.goto(path);
  return page;
}

describe.skipIf(!hasBrowser)('people in the console', () => {
  const file = plugboardForFile({}, async ({ plugboard }) => {
    await signInInvited(plugboard, 'ann@example.com', 'admin');
    await signInInvited(plugboard, 'bob@example.com', 'member');
    await plugboard.api.members.invitations.create({ email: 'open@example.com', role: 'auditor' });
    await plugboard.api.apiKeys.create({ name: 'pipeline' });
  });
  const membersOf = async () => (await file.plugboard.api.members.list()).members;
  const memberOf = async (name: string) => (await membersOf()).find((each) => each.name === name);
  const act = async (page: Page, name: string, action: string) => {
    await page.getByRole('button', { name: `Actions of ${name}` }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };

  it.each(looks)('are without fault on a %s, %s', async (viewport, theme) => {
    await using page = await openConsole(file.plugboard, { path: '/people', viewport, theme });
    const parts = {
      members: page.getByText('bob@example.com').first(),
      invitations: page.getByText('open@example.com').first(),
      roles: page.getByText('Answers for the organization.'),
      keys: page.getByText('pipeline').first(),
    };
    for (const [tab, sight] of Object.entries(parts)) {
      await page.goto(tab === 'members' ? '/people' : `/people?tab=${tab}`);
      await sight.waitFor();
      await checkPage(page, tab === 'members' ? 'people' : `people-${tab}`);
    }
  });

  it('are invited by a link that is shown once, sent anew and taken back', async () => {
    const { plugboard } = file;
    await using page = await openConsole(plugboard, { path: '/people?invite=true' });
    await page.getByLabel(/^E-mail address/).fill('nobody');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText('an e-mail address such as').first().waitFor();
    await page.getByLabel(/^E-mail address/).fill('Cleo@Example.com');
    await page.getByRole('combobox', { name: /^Role/ }).click();
    await page.getByRole('option', { name: /^Auditor/ }).click();
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const shown = page.getByLabel('the link', { exact: true });
    const link = (await shown.textContent()) ?? '';
    expect(link).toMatch(/^https?:\/\/.+\/invitation\//);
    await checkPage(page, 'people-invited', { expected: [/status of 400/] });
    await page.getByRole('button', { name: 'Copy the link' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
    await page.getByRole('button', { name: 'Done' }).click();
    await shown.waitFor({ state: 'detached' });

    await page.getByRole('tab', { name: 'Invitations' }).click();
    await page.getByRole('button', { name: 'New link for cleo@example.com' }).click();
    const second = await page.getByLabel('the link', { exact: true }).textContent();
    expect(second).not.toBe(link);
    expect((await fetch(link)).status).toBe(404);
    expect((await fetch(second ?? '')).status).toBe(200);
    await page.getByRole('button', { name: 'Close' }).click();
    await page
      .getByRole('button', { name: 'Take back the invitation of cleo@example.com' })
      .click();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await expect
      .poll(async () => (await plugboard.api.members.invitations.list()).invitations)
      .toContainEqual(expect.objectContaining({ email: 'cleo@example.com', state: 'revoked' }));
    // No page keeps what was shown once.
    await page.reload();
    await page.getByText('cleo@example.com').waitFor();
    expect(await page.content()).not.toContain(new URL(second ?? '').pathname);
  });

  it('get another role, are suspended and let in again; each can be taken back', async () => {
    await using page = await openConsole(file.plugboard, { path: '/people' });
    await act(page, 'bob', 'Change the role');
    await page.getByRole('combobox', { name: /^Role/ }).click();
    await page.getByRole('option', { name: /^Admin/ }).click();
    await page.getByRole('button', { name: 'Give this role' }).click();
    await page.getByText('bob has the role admin').waitFor();
    expect(await memberOf('bob')).toMatchObject({ role: 'admin' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => memberOf('bob')).toMatchObject({ role: 'member' });

    await act(page, 'bob', 'Suspend');
    await expect.poll(() => memberOf('bob')).toMatchObject({ state: 'suspended' });
    await page.getByText('suspended', { exact: true }).waitFor();
    await act(page, 'bob', 'Reinstate');
    await expect.poll(() => memberOf('bob')).toMatchObject({ state: 'active' });
  });

  it('get a link to set a new password', async () => {
    await using page = await openConsole(file.plugboard, { path: '/people' });
    await act(page, 'bob', 'Make a reset link');
    await page.getByRole('checkbox', { name: /second factor and passkeys/ }).click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.getByLabel('the link', { exact: true }).textContent();
    expect((await fetch(link ?? '')).status).toBe(200);
    await page.getByRole('button', { name: 'Done' }).click();
  });

  it('are removed when their name was typed', async () => {
    const { plugboard } = file;
    await signInInvited(plugboard, 'gone@example.com', 'member');
    await using page = await openConsole(plugboard, { path: '/people' });
    await act(page, 'gone', 'Remove');
    const remove = page.getByRole('button', { name: 'Remove', exact: true });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type gone to go on').fill('gone');
    await remove.click();
    await page.getByText('gone is removed').waitFor();
    expect(await memberOf('gone')).toBeUndefined();
  });

  it('keep the last owner, and say why', async () => {
    await using page = await openConsole(file.plugboard, { path: '/people' });
    const owner = (await membersOf()).find(({ role }) => role === 'owner');
    await act(page, owner?.name ?? '', 'Leave the organization');
    await page.getByLabel(/^Type .* to go on/).fill(owner?.name ?? '');
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await membersOf()).toContainEqual(expect.objectContaining({ id: owner?.id }));
  });

  it('make an API key by the keyboard alone, shown once, and revoke it', async () => {
    const { plugboard } = file;
    await using page = await openConsole(plugboard, { path: '/people?tab=keys' });
    await page.getByRole('button', { name: 'New API key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel(/^Name/).focus();
    await page.keyboard.type('by hand');
    await page.keyboard.press('Enter');
    const key = await page.getByLabel('the key', { exact: true }).textContent();
    const asks = () =>
      fetch(`${plugboard.apiUrl}/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await asks()).status).toBe(200);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Revoke by hand' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Revoke it' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The key is revoked').waitFor();
    expect((await asks()).status).toBe(401);
  });

  it('see of others what their role may, and change nothing', async () => {
    await using page = await openAs(file.plugboard, 'carl@example.com', 'member', '/people');
    await page.getByText('You may look at who is here').waitFor();
    expect(await page.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);
    expect(await page.getByRole('tab', { name: 'Invitations' }).count()).toBe(0);
    expect(await page.getByText('ann@example.com').count()).toBe(0);
    // Of all menus there is one: their own, to leave.
    const menus = page.getByRole('button', { name: /^Actions of/ });
    await menus.first().waitFor();
    expect(await menus.count()).toBe(1);
    await menus.click();
    await page.getByRole('menuitem').first().waitFor();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Leave the organization']);
    await page.goto('/people?tab=keys');
    await page.getByText('You have no API key').waitFor();
    expect(await page.getByText('pipeline').count()).toBe(0);
  });

  it('who are admins touch no owner and give nobody that role', async () => {
    await using page = await openAs(file.plugboard, 'dora@example.com', 'admin', '/people');
    const owner = (await membersOf()).find(({ role }) => role === 'owner');
    await page.getByRole('button', { name: 'Actions of bob' }).waitFor();
    expect(await page.getByRole('button', { name: `Actions of ${owner?.name}` }).count()).toBe(0);
    await act(page, 'bob', 'Change the role');
    await page.getByRole('combobox', { name: /^Role/ }).click();
    await page.getByRole('option', { name: /^Admin/ }).waitFor();
    const roles = await page.getByRole('option').allTextContents();
    expect(roles.some((role) => role.startsWith('Owner'))).toBe(false);
    expect(roles).toHaveLength(3);
  });
});

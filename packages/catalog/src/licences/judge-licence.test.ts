import { describe, expect, it } from 'vitest';

import { defaultLicencePolicy, judgeLicence } from './judge-licence.ts';

const permissive = { allow: ['MIT', 'Apache-2.0', 'ISC'], deny: [], unknown: 'warn' as const };
const noCopyleft = {
  allow: null,
  deny: ['GPL-2.0-only', 'GPL-3.0-or-later', 'AGPL-3.0-only'],
  unknown: 'refuse' as const,
};

describe('judgeLicence', () => {
  it.each([
    ['MIT', 'allowed'],
    ['(MIT)', 'allowed'],
    ['MIT OR GPL-3.0-only', 'allowed'],
    ['GPL-2.0-only OR AGPL-3.0-only', 'refused'],
    ['MIT AND Apache-2.0', 'allowed'],
    ['MIT AND GPL-3.0-only', 'refused'],
    ['(MIT OR GPL-3.0-only) AND (ISC OR GPL-2.0-only)', 'allowed'],
    ['(MIT AND GPL-3.0-only) OR Apache-2.0', 'allowed'],
    ['Apache-2.0 WITH LLVM-exception', 'allowed'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'refused'],
    ['Apache 2.0', 'unknown'],
    ['SEE LICENSE IN LICENSE.md', 'unknown'],
    ['UNLICENSED', 'unknown'],
    ['LicenseRef-acme', 'refused'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('with an allow list takes %s as %s', (stated, verdict) => {
    expect(judgeLicence(permissive, stated)).toBe(verdict);
  });

  it.each([
    ['MIT', 'allowed'],
    ['GPL-2.0', 'refused'],
    ['GPL-3.0+', 'refused'],
    ['GPL-3.0-only', 'allowed'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'refused'],
    ['LicenseRef-acme', 'unknown'],
    ['LicenseRef-acme OR MIT', 'allowed'],
    ['LicenseRef-acme AND MIT', 'unknown'],
  ])('with a deny list takes %s as %s', (stated, verdict) => {
    expect(judgeLicence(noCopyleft, stated)).toBe(verdict);
  });

  it('lets an exception be allowed where its licence is not', () => {
    const policy = { ...noCopyleft, allow: ['GPL-2.0-only WITH Classpath-exception-2.0'] };
    expect(judgeLicence(policy, 'GPL-2.0 WITH Classpath-exception-2.0')).toBe('allowed');
    expect(judgeLicence(policy, 'GPL-2.0')).toBe('refused');
  });

  it('takes a text of the policy that is no expression as it stands', () => {
    expect(judgeLicence({ ...permissive, allow: ['UNLICENSED'] }, 'UNLICENSED')).toBe('allowed');
    expect(judgeLicence({ ...permissive, deny: ['BSD'] }, 'BSD')).toBe('refused');
  });

  it('does without a policy', () => {
    expect(judgeLicence(defaultLicencePolicy, 'AGPL-3.0-only')).toBe('allowed');
    expect(judgeLicence(defaultLicencePolicy, undefined)).toBe('unknown');
  });

  it('is not held up by an expression made to be slow', () => {
    const nested = `${'('.repeat(95)}MIT${')'.repeat(95)}`;
    expect(judgeLicence(permissive, nested)).toBe('allowed');
    expect(judgeLicence(permissive, '('.repeat(200))).toBe('unknown');
  });
});

import { describe, expect, it } from 'vitest';

import { looksLikeSecret, secretsInArguments } from './looks-secret.ts';
import { hasForm, isSafePattern } from './safe-pattern.ts';

describe('looksLikeSecret', () => {
  it.each([
    ['anything', `ghp_${'a'.repeat(36)}`],
    ['anything', 'postgres://me:hunter2@db/x'],
    ['X', `Bearer ${'abc123'.repeat(4)}`],
    ['DB_PASSWORD', 'hunter2'],
    ['api-key', 'q8w7e6r5'],
    ['SIGNING_KEY', 'c2VjcmV0LXJhbmRvbS1ieXRlcw'],
    ['MYSQL_DSN', 'user/pass@host'],
  ])('knows %s=%s', (name, value) => expect(looksLikeSecret(name, value)).toBe(true));

  it.each([
    ['MAX_TOKENS', '4096'],
    ['USE_TOKEN', 'true'],
    ['TOKEN_FILE', '/run/secrets/token'],
    ['PASSWORD', '/run/secrets/password'],
    ['DSN', 'sqlite:///data/x.db'],
    ['DATABASE_URL', 'postgres://db.example.com/x'],
    ['SORT_KEY', 'created_at'],
    ['REGION', 'eu-central-1'],
    ['AUTH', 'basic'],
    ['TOKEN', ''],
  ])('lets %s=%s be', (name, value) => expect(looksLikeSecret(name, value)).toBe(false));

  it('finds them in arguments', () => {
    const args = ['--token', 'abcdefgh', '--password=hunter22', '--port', '8080', '--token'];
    expect(secretsInArguments(args)).toEqual([1, 2]);
  });
});

describe('hasForm', () => {
  it('judges by patterns that are quick on every value, and by no others', () => {
    for (const pattern of [
      '(a+)+b',
      '(?:a|a)*b',
      '.*.*.*x',
      'a?'.repeat(20),
      '[',
      'a'.repeat(999),
    ]) {
      expect(isSafePattern(pattern), pattern).toBe(false);
      expect(hasForm(pattern, 'a'.repeat(1000))).toBe(true);
    }
    expect(hasForm('gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w+', 'no')).toBe(false);
    expect(hasForm('gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w+', 'github_pat_x')).toBe(true);
  });
});

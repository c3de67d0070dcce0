import { describe, expect, it } from 'vitest';

import { availableUpdates, newestFirst } from './available-updates.ts';
import { changelogSections } from './changelog-sections.ts';
import { isPrerelease, type KnownVersion, stepBetween } from './compare-versions.ts';

const all = (...versions: string[]): KnownVersion[] => versions.map((version) => ({ version }));
const order = (versions: readonly KnownVersion[]) =>
  newestFirst(versions).map(({ version }) => version);

describe('newestFirst', () => {
  it('goes by semver, whatever the order', () => {
    expect(order(all('1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0', 'v1.9.5'))).toEqual([
      '2.0.0',
      '2.0.0-rc.1',
      '1.10.0',
      'v1.9.5',
      '1.9.0',
    ]);
  });

  it('reads calendar versions', () => {
    expect(order(all('2024.11', '2026.8.31', '2025.04.08', '2024.2'))).toEqual([
      '2026.8.31',
      '2025.04.08',
      '2024.11',
      '2024.2',
    ]);
  });

  it('goes by publication, then by listing, for what is neither', () => {
    const dated = [
      { version: 'blue', publishedAt: '2026-02-01T00:00:00Z' },
      { version: 'red', publishedAt: '2026-01-01T00:00:00Z' },
    ];
    expect(order(dated)).toEqual(['blue', 'red']);
    expect(order(all('first', 'second'))).toEqual(['second', 'first']);
  });
});

describe('stepBetween', () => {
  it.each([
    ['1.0.0', '1.0.1', 'patch'],
    ['1.0.0', '1.1.0', 'minor'],
    ['1.9.0', '2.0.0', 'major'],
    ['0.1.0', '0.1.1', 'patch'],
    ['0.1.0', '0.2.0', 'major'],
    ['0.0.1', '0.0.2', 'major'],
    ['blue', 'red', 'other'],
  ])('of %s to %s is %s', (from, to, step) => expect(stepBetween(from, to)).toBe(step));

  it('knows prereleases', () => {
    expect([isPrerelease('1.0.0-beta'), isPrerelease('1.0.0'), isPrerelease('red')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('availableUpdates', () => {
  const versions: KnownVersion[] = [
    ...all('1.0.0', '1.0.1', '1.1.0'),
    { version: '1.2.0', deprecated: 'leaks' },
    { version: '1.3.0', unfitEngine: '>=99' },
    ...all('2.0.0', '3.0.0-beta.1'),
  ];

  it('names the newest of each step and says what it passes over', () => {
    expect(availableUpdates('1.0.0', versions)).toEqual({
      patch: { version: '1.0.1' },
      minor: { version: '1.1.0' },
      major: { version: '2.0.0' },
      compatible: { version: '1.1.0' },
      newest: { version: '2.0.0' },
      skipped: [
        { version: '3.0.0-beta.1', reason: 'prerelease' },
        { version: '1.3.0', reason: 'engine' },
        { version: '1.2.0', reason: 'deprecated' },
      ],
      yanked: false,
    });
  });

  it('offers prereleases to those on one', () => {
    const offered = availableUpdates('3.0.0-alpha.1', [...versions, ...all('3.0.0-alpha.1')]);
    expect(offered.newest?.version).toBe('3.0.0-beta.1');
  });

  it('flags an installed version that is deprecated or no longer to be had', () => {
    expect(availableUpdates('1.2.0', versions).deprecated).toBe('leaks');
    expect(availableUpdates('1.0.5', versions)).toMatchObject({
      yanked: true,
      minor: { version: '1.1.0' },
    });
    expect(availableUpdates('2.0.0', versions)).not.toHaveProperty('newest');
  });
});

describe('changelogSections', () => {
  const changelog = [
    '# Changelog',
    '## [Unreleased]',
    '- nothing',
    '## [2.0.0] - 2026-01-02',
    '### Breaking',
    '- gone',
    '## v1.1.0 (2025-12-01)',
    '```',
    '## 1.0.5',
    '```',
    '- more',
    '',
    '1.0.1',
    '-----',
    '* fixed',
    '## pkg@1.0.0',
    '- first',
  ].join('\n');

  it('gives what lies between two versions, newest first', () => {
    expect(changelogSections(changelog, '1.0.0', '1.1.0')).toEqual([
      { version: '1.1.0', text: '```\n## 1.0.5\n```\n- more' },
      { version: '1.0.1', text: '* fixed' },
    ]);
    expect(changelogSections(changelog, '1.1.0', '2.0.0')).toEqual([
      { version: '2.0.0', text: '### Breaking\n- gone' },
    ]);
    expect(changelogSections(changelog, '1.1.0', '2.0.0-rc.1')).toEqual([]);
    expect(changelogSections('no headings', '1.0.0', '2.0.0')).toEqual([]);
  });

  it('ends with a long line', () => {
    expect(changelogSections(`## ${'1.'.repeat(100_000)}`, '0.0.1', '9.0.0')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';

import { findChoice } from './client-choices.ts';
import { localPlaces } from './local-places.ts';

describe('localPlaces', () => {
  it.each([
    ['MacIntel', '~/Library/Application Support/Claude/claude_desktop_config.json'],
    ['Win32', '%APPDATA%\\Claude\\claude_desktop_config.json'],
    ['Linux x86_64', '~/.config/Claude/claude_desktop_config.json'],
  ])('has the short forms of %s', (platform, file) => {
    expect(findChoice('claude-desktop')?.client?.file(localPlaces(platform))).toBe(file);
  });
});

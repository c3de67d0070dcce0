import { describe, expect, it } from 'vitest';

import { asCommand, asCurl } from './copy-as.ts';

const call = {
  agent: 'coder',
  instance: 'files',
  kind: 'tool',
  name: 'read; rm -rf ~',
  input: { text: `it's $(here)` },
} as const;

describe('a copied call', () => {
  it('holds what others wrote within quotes', () => {
    expect(asCommand(call)).toBe(
      `plugboard call --agent coder --server files -- 'read; rm -rf ~' '{"text":"it'\\''s $(here)"}'`,
    );
    expect(asCurl(call, 'https://plugboard.example')).toContain(`it'\\''s $(here)`);
  });

  it('never holds a key', () => {
    expect(asCurl(call, 'https://x')).toContain('$PLUGBOARD_API_KEY');
  });

  it('has no arguments where there are none', () => {
    const resource = { ...call, kind: 'resource', name: 'a://b', input: {} } as const;
    expect(asCommand(resource)).toBe(
      'plugboard call --agent coder --server files --kind resource -- a://b',
    );
    expect(asCurl(resource, 'https://x')).not.toContain('arguments');
  });
});

import { describe, expect, it } from 'vitest';

import { createHostGuard } from './host-guard.ts';

const guard = createHostGuard({
  baseUrl: 'https://plugboard.example.com:8443/base',
  allowedHosts: ['pb.internal', '[fd00::1]'],
});

describe('createHostGuard', () => {
  it.each([
    'localhost',
    'localhost:4477',
    'LOCALHOST:4477',
    'localhost.:1',
    '127.0.0.1:4477',
    '[::1]:4477',
    'plugboard.example.com',
    'pb.internal:80',
    '[fd00::1]:4477',
  ])('answers to %s', (host) => {
    expect(guard(host, undefined)).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:4477',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'sub.plugboard.example.com',
    '0.0.0.0:4477',
    '192.168.1.1',
    'localhost@evil.example',
    'localhost:80:80',
    '',
    'a b',
  ])('refuses to be %j', (host) => {
    expect(guard(host, undefined)).toMatch(/host name/);
  });

  it('needs a Host', () => {
    expect(guard(undefined, undefined)).toMatch(/Host header/);
  });

  it.each(['http://localhost:3000', 'https://plugboard.example.com:8443', 'http://[::1]:1'])(
    'lets pages of %s in',
    (origin) => {
      expect(guard('localhost', origin)).toBeUndefined();
    },
  );

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example', 'file://', 'junk'])(
    'keeps pages of %s out',
    (origin) => {
      expect(guard('localhost', origin)).toMatch(/may not use/);
    },
  );
});

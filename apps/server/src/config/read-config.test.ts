import { homedir } from 'node:os';
import { inspect } from 'node:util';

import { AppError } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';

import { readConfig } from './read-config.ts';

describe('readConfig', () => {
  it('listens on loopback with the embedded database by default', () => {
    expect(readConfig([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 4477,
      dataDir: `${homedir()}/.plugboard`,
      baseUrl: undefined,
      allowedHosts: [],
      trustedProxies: [],
      smtpUrl: undefined,
      mailFrom: undefined,
      databaseUrl: undefined,
      allowUnsandboxed: false,
      allowPrivateClients: false,
      logLevel: 'warn',
      progress: 'json',
    });
  });

  it('prefers flags to variables', () => {
    const env = { PLUGBOARD_PORT: '1', PLUGBOARD_DATA_DIR: '/b', PLUGBOARD_ALLOWED_HOSTS: 'x.y' };
    const config = readConfig(['--port', '2', '--data-dir=/a', '--allow-unsandboxed'], env);
    expect(config).toMatchObject({
      port: 2,
      dataDir: '/a',
      allowedHosts: ['x.y'],
      allowUnsandboxed: true,
    });
  });

  it('takes several allowed hosts, by repetition or commas', () => {
    const flags = ['--allowed-host', 'a.example', '--allowed-host', 'b.example,C.example'];
    expect(readConfig(flags, {}).allowedHosts).toEqual(['a.example', 'b.example', 'c.example']);
  });

  it('does not show secrets when inspected', () => {
    const config = readConfig([], {
      DATABASE_URL: 'postgres://u:hunter2@h/d',
      PLUGBOARD_MASTER_KEY: 'hunter3',
    });
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toMatch(/hunter/);
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:hunter2@h/d');
  });

  it.each([
    [['--prot', '1'], {}, /Unknown option '--prot'.*--port/],
    [['surplus'], {}, /surplus/],
    [['--port', 'http'], {}, /--port must be a whole number from 0 to 65535, not "http"/],
    [[], { PLUGBOARD_PORT: '70000' }, /PLUGBOARD_PORT must be/],
    [['--host', 'example.com'], {}, /--host must be an IP address/],
    [['--data-dir', ''], {}, /--data-dir must not be empty/],
    [['--base-url', 'ftp://x'], {}, /--base-url must be an http or https URL/],
    [['--allowed-host', '*.example.com'], {}, /without scheme, port or wildcard/],
    [['--log-level', 'loud'], {}, /--log-level must be one of silent/],
    [[], { PLUGBOARD_ALLOW_UNSANDBOXED: 'maybe' }, /must be true or false/],
    [[], { DATABASE_URL: 'mysql://u:hunter2@h' }, /DATABASE_URL must be/],
  ])('refuses %j with %j', (args, env, message) => {
    const read = () => readConfig(args, env);
    expect(read).toThrow(AppError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter/);
  });

  describe('on a public address', () => {
    const key = { PLUGBOARD_MASTER_KEY: 'k' };
    it.each(['0.0.0.0', '::', '192.168.1.4'])(
      'refuses %s without master key and base URL',
      (host) => {
        expect(() => readConfig(['--host', host], {})).toThrow(/PLUGBOARD_MASTER_KEY.*--base-url/);
        expect(() => readConfig(['--host', host], key)).toThrow(/First set --base-url/);
      },
    );

    it('starts with both', () => {
      const config = readConfig(['--host', '0.0.0.0', '--base-url', 'https://p.example/'], key);
      expect(config.baseUrl).toBe('https://p.example');
    });

    it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost'])(
      'knows %s as loopback',
      (host) => {
        expect(() => readConfig(['--host', host], {})).not.toThrow();
      },
    );
  });
});

import { describe, expect, it } from 'vitest';

import { secrecyOf } from './secrecy.ts';

const random = 'q7Rz0Kp2Vx9Lm4Tn8Bd1';

describe('secrecyOf', () => {
  it.each([
    ['X', `ghp_${'a1'.repeat(18)}`],
    ['X', `github_pat_${'a1'.repeat(15)}`],
    ['X', `sk-proj-${'a1'.repeat(12)}`],
    ['X', `sk-ant-api03-${'a1'.repeat(12)}`],
    ['X', 'xoxb-1234567890-abcdefghij'],
    ['X', 'AKIAIOSFODNN7EXAMPLE'],
    ['X', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['X', '-----BEGIN RSA PRIVATE KEY-----\nMII'],
    ['X', 'postgres://me:secret@db.example/app'],
    ['X', 'Server=db;User=me;Password=secret;'],
    ['X', 'https://api.example/mcp?api_key=abc123'],
    ['X', `https://hooks.example/${random}${random}/mcp`],
    ['Authorization', 'Bearer abcd1234'],
    ['API_KEY', random],
    ['apiKey', random],
  ])('is sure of %s=%s', (name, text) => {
    expect(secrecyOf(name, text)).toBe('secret');
  });

  it.each([
    ['DB_PASSWORD', 'hunter2'],
    ['SLACK_TOKEN', 'abc'],
    ['--api-key', 'short'],
    ['SOMETHING', random],
  ])('is careful with %s=%s', (name, text) => {
    expect(secrecyOf(name, text)).toBe('unsure');
  });

  it.each([
    ['MAX_TOKENS', '4096'],
    ['TOKEN_LIMIT', 'high'],
    ['AUTH_TYPE', 'oauth'],
    ['KEY_FILE', '/srv/keys/server.pem'],
    ['DATABASE_URL', 'postgres://db.example/app'],
    ['MODE', 'production'],
    ['ENABLE_SECRETS', 'true'],
    ['HOST', 'very-long-name.of.some.host.example.com'],
    ['X', '/home/me/Documents/Projects2026/AlphaBeta'],
    ['X', '@modelcontextprotocol/server-Filesystem2'],
    ['X', 'https://mcp.example.com/v1/tools'],
    ['USER_EMAIL', 'someone.long123@mail.example.com'],
    ['MONKEY', 'banana'],
  ])('leaves %s=%s alone', (name, text) => {
    expect(secrecyOf(name, text)).toBe('plain');
  });
});

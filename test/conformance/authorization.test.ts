import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { eventually } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { permitClient, signInOwner } from '../harness/people.ts';
import { freePort } from '../harness/free-port.ts';

const fixture = plugboardForFile();
const require = createRequire(import.meta.url);
const manifest = require.resolve('@modelcontextprotocol/conformance/package.json');
const suite = path.join(path.dirname(manifest), 'dist/index.js');

describe('the official suite as a client of the authorization server', () => {
  it('finds its metadata right, and a code for a person’s yes', async () => {
    const { plugboard } = fixture;
    const browser = await signInOwner(plugboard);
    const port = await freePort();
    const registered = await fetch(`${plugboard.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'The conformance suite',
        redirect_uris: [`http://127.0.0.1:${port}/callback`],
        token_endpoint_auth_method: 'none',
      }),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RFC 7591 section 3.2.1
    const { client_id: clientId } = (await registered.json()) as { client_id: string };
    const args = [suite, 'authorization', '--url', plugboard.url, '--client-id', clientId];
    args.push('--resource', plugboard.mcpUrl, '--port', String(port));
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
    }
    const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve));
    try {
      const asked = await eventually('it asked for a person', async () => {
        const found = /https?:\/\/\S+\/oauth\/authorize\?\S+/.exec(output)?.[0];
        if (found === undefined) throw new Error(output);
        return found;
      });
      await fetch(await permitClient(browser, asked));
      const code = await ended;
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output).not.toMatch(/FAILURE|[1-9]\d* failed/);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

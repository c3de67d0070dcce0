import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';

import { eventually } from '../../harness/eventually.ts';
import { freePort } from '../../harness/free-port.ts';
import { permitClient } from '../../harness/people.ts';
import type { Plugboard } from '../../harness/plugboard.ts';
import { makeScratch } from '../../harness/scratch.ts';
import { TestBrowser } from '../../oauth/browser.ts';
import { type Check, judge, type ScenarioResult, suiteProgram } from './suite.ts';

/** Lets the suite be a client of the authorization server, and says yes in a browser with `cookies`. */
export async function runAuthorization(
  { url, mcpUrl }: Plugboard,
  cookies: string,
): Promise<ReadonlyMap<string, ScenarioResult>> {
  await using output = await makeScratch('authorization');
  const port = await freePort();
  const clientId = await register(url, `http://127.0.0.1:${port}/callback`);
  const args = [suiteProgram, 'authorization', '--url', url, '--client-id', clientId];
  args.push('--resource', mcpUrl, '--port', String(port), '--output-dir', output.path);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  }
  try {
    const asked = await eventually('it asked for a person', async () => {
      const found = /https?:\/\/\S+\/oauth\/authorize\?\S+/.exec(text)?.[0];
      if (found === undefined) throw new Error(text);
      return found;
    });
    await fetch(await permitClient(browserWith(url, cookies), asked));
    await ended;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  const results = new Map<string, ScenarioResult>();
  for await (const file of glob('**/checks.json', { cwd: output.path })) {
    const scenario = path
      .dirname(file)
      .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
      .replace(/^authorization-(?:server-)?(?=auth)/, '');
    const checks: readonly Check[] = JSON.parse(
      await readFile(path.join(output.path, file), 'utf8'),
    );
    results.set(scenario, judge(scenario, checks));
  }
  if (results.size === 0) throw new Error(`the suite found nothing:\n${text}`);
  return results;
}

async function register(url: string, redirectUri: string): Promise<string> {
  const registered = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'The conformance suite',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id: clientId }: { client_id: string } = JSON.parse(await registered.text());
  return clientId;
}

function browserWith(url: string, cookies: string): TestBrowser {
  const browser = new TestBrowser();
  const { origin } = new URL(url);
  for (const pair of cookies.split(/; */)) {
    const at = pair.indexOf('=');
    if (at > 0) browser.setCookie(origin, pair.slice(0, at), pair.slice(at + 1));
  }
  return browser;
}

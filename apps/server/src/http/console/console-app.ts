import type { Context } from 'hono';
import { html } from 'hono/html';

import { answerPage } from '../../pages/answer-page.ts';
import { answerFile } from './answer-file.ts';
import { createConsoleFiles } from './console-files.ts';

/** Answers what no route has: undefined for what the console has not either. */
export type ServeConsole = (c: Context) => Promise<Response | undefined>;

/** Where programs speak to us: a path there that is unknown is no page, whoever asks for it. */
const notOurs =
  /^\/(?:api|assets|auth|connect|mcp|messages|oauth|pages|scim|sse|sso|v0\.\d|\.well-known)(?:\/|$)/;

/** Serves the console that is built in `dir`: its files, and its page wherever a person goes. */
export function createConsole(dir: string): ServeConsole {
  const files = createConsoleFiles(dir);
  return async (c) => {
    const { method, path } = c.req;
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const file = await files.find(path);
    if (file) return answerFile(c, file);
    if (notOurs.test(path) || !wantsPage(c.req.header('accept'))) return undefined;
    const index = await files.index();
    return index ? answerFile(c, index) : answerNotBuilt(c);
  };
}

function wantsPage(accept: string | undefined): boolean {
  return accept !== undefined && /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i.test(accept);
}

function answerNotBuilt(c: Context): Promise<Response> {
  c.header('refresh', '2');
  c.header('retry-after', '2');
  return answerPage(
    c,
    {
      title: 'The console is being built',
      body: html`<p>This takes some seconds after an update. The page reloads by itself.</p>
        <p class="soft">
          If it stays, look at what <code>plugboard up</code> says. Agents and the API are served
          meanwhile.
        </p>`,
    },
    503,
  );
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { eventually } from './eventually.ts';
import { makeScratch } from './scratch.ts';

/** Where this machine has a Chromium; undefined where it has none. */
export const chromiumPath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => existsSync(file));

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

interface Reply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A real browser, driven by the DevTools protocol; gone when disposed. */
export async function startChromium(): Promise<{ open(): Promise<Page> } & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const scratch = undo.use(await makeScratch('chromium'));
  const child = spawn(chromiumPath ?? 'chromium', [...flags, `--user-data-dir=${scratch.path}`], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  undo.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [port, target] = await eventually('the browser was ready', async () => {
    const file = await readFile(path.join(scratch.path, 'DevToolsActivePort'), 'utf8');
    return file.split('\n');
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`);
  await once(socket, 'open');
  undo.defer(() => socket.close());
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener('message', ({ data }) => {
    const reply: Reply = JSON.parse(String(data));
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  let last = 0;
  const send: Send = (method, params = {}, sessionId) => {
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      socket.send(
        JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }),
      );
    });
  };
  const owned = undo.move();
  return {
    async open() {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      return new Page(send, String(sessionId));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Send = (
  method: string,
  params?: object,
  sessionId?: string,
) => Promise<Record<string, unknown>>;

/** One tab. */
export class Page {
  readonly #send: Send;
  readonly #sessionId: string;

  constructor(send: Send, sessionId: string) {
    this.#send = send;
    this.#sessionId = sessionId;
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#send(method, params, this.#sessionId);
  }

  /** Evaluates an expression and resolves with its value, awaited. */
  async run(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return typeof result === 'object' && result !== null && 'value' in result
      ? result.value
      : undefined;
  }

  async until(condition: string): Promise<void> {
    await eventually(condition, async () => (await this.run(condition)) === true);
  }

  async go(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
    await this.#loaded();
  }

  async path(): Promise<unknown> {
    return this.run('location.pathname');
  }

  /** Fills fields by their ids. */
  async type(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [id, value] of Object.entries(values)) {
      await this.run(
        `document.getElementById(${JSON.stringify(id)}).value = ${JSON.stringify(value)}`,
      );
    }
  }

  async click(selector: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})?.hidden === false`);
    await this.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** Sends the first form and waits for the page that answers. */
  async submit(): Promise<void> {
    await this.run(`window.before = true; document.querySelector('form').requestSubmit()`);
    await this.until('window.before === undefined');
    await this.#loaded();
  }

  /** Adds a device that makes passkeys and has its holder's finger on it. */
  async addAuthenticator(): Promise<string> {
    await this.send('WebAuthn.enable');
    const { authenticatorId } = await this.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return String(authenticatorId);
  }

  async shoot(dark: boolean): Promise<Buffer> {
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }

  async #loaded(): Promise<void> {
    await this.until(`document.readyState === 'complete' && location.href !== 'about:blank'`);
  }
}

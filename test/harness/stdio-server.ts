import { spawn } from 'node:child_process';

import type { RpcMessage } from './raw-client.ts';

export interface StdioServerOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A server spoken to directly, without Plugboard: what it says here, line by line, is what has to
 * arrive through the gateway.
 */
export class StdioServer implements AsyncDisposable {
  readonly #child: ReturnType<typeof spawn>;
  readonly #waiting = new Map<string | number, (line: string) => void>();
  /** Notifications it sent, as text. */
  readonly notifications: string[] = [];

  constructor(command: string, args: readonly string[], options: StdioServerOptions = {}) {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
    });
  }

  async initialize(hello: object = {}): Promise<string> {
    const line = await this.ask('hello', 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'direct', version: '1.0.0' },
      ...hello,
    });
    this.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return line;
  }

  /** Sends a request and resolves with the line that answers it. */
  ask(id: string | number, method: string, params?: object): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.set(id, resolve);
    this.#send({ jsonrpc: '2.0', id, method, params });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#child.once('exit', () => resolve());
    this.#child.kill('SIGKILL');
    await promise;
  }

  #send(message: object): void {
    this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  #hear(line: string): void {
    if (line.trim() === '') return;
    const message: RpcMessage = JSON.parse(line);
    const answer = message.id !== undefined && message.id !== null && message.method === undefined;
    const waiting = answer ? this.#waiting.get(message.id) : undefined;
    if (waiting) waiting(line);
    else this.notifications.push(line);
  }
}

import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { connectStdio } from '@plugboard/protocol';
import type { Upstream } from '@plugboard/protocol';

import type { Group } from '../sandbox/cgroup/group.ts';
import {
  descendants,
  isAlive,
  markedProcesses,
  residentBytes,
  signalProcess,
} from '../sandbox/processes.ts';
import type { ConnectOptions, RunningServer, ServerExit } from './driver.ts';
import type { StderrLines } from './stderr-lines.ts';

export interface ProcessServerParts {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: StderrLines;
  readonly group: Group | undefined;
  readonly sandboxed: boolean;
  /** Descendants of the first process that make the sandbox, and come first. */
  readonly inner: number;
  /** The variable that marks every process of this start, as `NAME=value`. */
  readonly mark: string;
  /** Runs once when it has ended. */
  readonly release: () => Promise<void> | undefined;
}

/** How long stderr may still bring last words after the end. */
const lastWordsMs = 2_000;

/** A server that runs as a process here, sandboxed or not, with everything it started. */
export class ProcessServer implements RunningServer {
  readonly exited: Promise<ServerExit>;
  readonly #parts: ProcessServerParts;
  /** The first process of the sandbox's own process namespace: its end is the end of all. */
  #init: number | undefined;

  constructor(parts: ProcessServerParts) {
    this.#parts = parts;
    const { promise, resolve } = Promise.withResolvers<ServerExit>();
    this.exited = promise;
    parts.child.once('exit', (code, signal) => void this.#finish(code, signal).then(resolve));
    parts.stdin.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.#init ?? this.#parts.child.pid;
  }

  set init(pid: number) {
    this.#init = pid;
  }

  connect(options: ConnectOptions): Promise<Upstream> {
    const { stdin, stdout } = this.#parts;
    return connectStdio({ ...options, stdin, stdout });
  }

  async memory(): Promise<number | undefined> {
    return (await this.#parts.group?.memory()) ?? residentBytes(await this.#processes());
  }

  async stop(patienceMs: number): Promise<void> {
    this.#parts.stdin.end();
    if (await this.#endsWithin(patienceMs)) return;
    for (const pid of await this.#processes()) signalProcess(pid, 'SIGTERM');
    if (await this.#endsWithin(patienceMs)) return;
    this.kill();
    await this.exited;
  }

  /** Ends the whole tree at once. */
  kill(): void {
    const { child, sandboxed } = this.#parts;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    if (this.#init !== undefined) signalProcess(this.#init, 'SIGKILL');
    // What a plain process started is ended when its own end is noticed.
    signalProcess(sandboxed ? child.pid : -child.pid, 'SIGKILL');
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    const patience = new AbortController();
    const ended = await Promise.race([
      this.exited.then(() => true),
      delay(milliseconds, false, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    return ended;
  }

  /** The server's own processes: in a sandbox all but those that make it. */
  async #processes(): Promise<number[]> {
    const { child, group, sandboxed, inner } = this.#parts;
    if (sandboxed) {
      return this.#init === undefined ? [] : (await descendants(this.#init)).slice(inner);
    }
    if (group !== undefined) return group.processes();
    return child.pid === undefined ? [] : [child.pid, ...(await descendants(child.pid))];
  }

  async #finish(code: number | null, signal: string | null): Promise<ServerExit> {
    const { stderr, group, sandboxed, mark, release } = this.#parts;
    const ranOut = (await group?.outOfMemory()) ?? false;
    if (sandboxed) await this.#whenNamespaceGone();
    else if (group === undefined) await endMarked(mark);
    await group?.remove();
    await Promise.race([stderr.ended, delay(lastWordsMs)]);
    await release();
    this.#parts.stdin.destroy();
    const ended = sandboxed ? unfold(code, signal) : { code, signal };
    return {
      ...ended,
      stderrTail: stderr.tail,
      outOfMemory: ranOut || heapExhausted(ended.signal, stderr.tail),
    };
  }

  /** The kernel lets the first process of a namespace end only after all others. */
  async #whenNamespaceGone(): Promise<void> {
    if (this.#init === undefined) return;
    signalProcess(this.#init, 'SIGKILL');
    while (await isAlive(this.#init)) await delay(2);
  }
}

async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const left = await markedProcesses(mark);
    if (left.length === 0) return;
    for (const pid of left) signalProcess(pid, 'SIGKILL');
    await delay(5);
  }
}

/** bubblewrap ends with 128 plus the signal that ended the server. */
function unfold(
  code: number | null,
  signal: string | null,
): { code: number | null; signal: string | null } {
  if (code === null || code <= 128) return { code, signal };
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return name === undefined ? { code, signal } : { code: null, signal: name };
}

/** V8 ends the process itself when its heap is full, with words on stderr as the only sign why. */
function heapExhausted(signal: string | null, stderrTail: string): boolean {
  return (
    (signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL') &&
    /JavaScript heap out of memory|process out of memory|OOM error in V8/.test(stderrTail)
  );
}

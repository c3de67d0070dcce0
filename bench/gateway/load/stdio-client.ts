import { spawn } from 'node:child_process';

import { resultOf } from '../upstreams/answers.ts';
import { isAnswer } from './answer.ts';
import { callTemplate, initialize, initialized, type LoadClient, nextId } from './client.ts';
import type { LoadJob, StdioTarget } from './job.ts';
import { createLineReader, idAtEnd } from './lines.ts';

type OnAnswer = (fault: string | undefined) => void;

/**
 * Starts one server and opens `job.clients` clients on its pipes, as many calls in flight: what a
 * gateway that shares one child between its agents does. The last client to close ends the child.
 */
export async function openStdioClients(target: StdioTarget, job: LoadJob): Promise<LoadClient[]> {
  const child = spawn(process.execPath, [target.script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const waiting = new Map<number, (line: Buffer) => void>();
  child.stdout.on(
    'data',
    createLineReader((line) => {
      const id = idAtEnd(line);
      const settle = waiting.get(id);
      waiting.delete(id);
      settle?.(line);
    }),
  );
  const ask = (id: number, message: Buffer | string, settle: (line: Buffer) => void) => {
    waiting.set(id, settle);
    child.stdin.write(message);
  };
  await new Promise<void>((resolve) => {
    const id = nextId();
    ask(id, `${JSON.stringify({ jsonrpc: '2.0', id, ...initialize })}\n`, () => resolve());
  });
  child.stdin.write(`${JSON.stringify(initialized)}\n`);

  const resultBytes = resultOf(job.expect).length;
  let open = job.clients;
  return Array.from({ length: job.clients }, () => {
    const call = createCall(job.tool, resultBytes, ask);
    const close = async () => {
      if (--open > 0) return;
      child.stdin.end();
      await exited;
    };
    return { call, [Symbol.asyncDispose]: close };
  });
}

function createCall(
  tool: string,
  resultBytes: number,
  ask: (id: number, message: Buffer, settle: (line: Buffer) => void) => void,
): (onAnswer: OnAnswer) => void {
  const { text, idAt } = callTemplate(tool);
  const request = Buffer.from(`${text}\n`);
  return (onAnswer) => {
    const id = nextId();
    request.write(String(id), idAt, 'latin1');
    ask(id, request, (line) => {
      onAnswer(isAnswer(line, id, resultBytes) ? undefined : line.toString('latin1', 0, 200));
    });
  };
}

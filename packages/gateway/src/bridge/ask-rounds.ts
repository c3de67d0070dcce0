import { setTimeout as delay } from 'node:timers/promises';

import { AppError, isAppError, newId } from '@plugboard/contracts';
import {
  buildInputResponses,
  buildResult,
  type Envelope,
  findMember,
  type InputRequest,
  insertionOf,
  missingCapabilities,
  readEnvelope,
  readInputRequired,
  resultTypeOf,
  splice,
  textOf,
  withInput,
} from '@plugboard/protocol';

import { longestAskedMs } from './call-questions.ts';
import type { CallClient } from '../call/call-client.ts';
import type { CallRecord } from '../call/call-record.ts';

/** A server that still asks after so many rounds is not served. */
const maxRounds = 10;
/** Before a request is repeated that the server only wanted to see again, in milliseconds. */
const pacingMs = 500;

const askable: ReadonlySet<string> = new Set([
  'elicitation/create',
  'sampling/createMessage',
  'roots/list',
]);

/**
 * A legacy client's call of a modern server: what the server wants to know by `input_required` the
 * client is asked by real requests, and the call is made again with its answers, until there is
 * another result.
 *
 * A tool call that cannot be completed ends with a failed tool's result that says why, as servers of
 * the legacy era end theirs; others reject with `AppError`.
 */
export async function askRounds(
  { method, params }: { readonly method: string; readonly params: Buffer | undefined },
  {
    client,
    record,
    signal,
    send,
  }: {
    readonly client: CallClient;
    readonly record: Pick<CallRecord, 'recorded' | 'noteAsked'>;
    readonly signal: AbortSignal;
    /** Makes the call with these raw `params`. */
    readonly send: (params: Buffer | undefined) => Promise<Envelope>;
  },
): Promise<Envelope> {
  let answer = await send(params);
  try {
    for (let round = 0; resultTypeOf(answer) === 'input_required'; round += 1) {
      if (round >= maxRounds)
        throw notCompleted(`It still asked for input after ${maxRounds} rounds.`);
      const { requests, requestState } = readInputRequired(resultOf(answer));
      if (requests.length === 0) await delay(pacingMs, undefined, { signal });
      else await record.recorded();
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(longestAskedMs)]);
      const responses = await askAll(requests, client, record, inTime);
      answer = await send(withInput(params, responses, requestState));
    }
    return answer;
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'The call was cancelled.');
    if (method !== 'tools/call' || !(error instanceof NotCompleted)) throw error;
    const failed = { content: [{ type: 'text', text: error.message }], isError: true };
    return readEnvelope(buildResult('0', JSON.stringify(failed)));
  }
}

/** Asks everything at once; the first failure makes the rest void. */
async function askAll(
  requests: readonly InputRequest[],
  client: CallClient,
  record: Pick<CallRecord, 'noteAsked'>,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  if (requests.length === 0) return undefined;
  for (const { method, params } of requests) {
    if (!askable.has(method))
      throw notCompleted(`It asked the client for ${method.slice(0, 128)}.`);
    if (client.ask && !missingCapabilities(client.capabilities, method, params)) continue;
    throw notCompleted(`It needs ${method}, which this client has not declared that it serves.`);
  }
  const stopped = new AbortController();
  let failure: unknown;
  const asked = requests.map(async ({ key, method, params }) => {
    record.noteAsked(method);
    try {
      return [
        key,
        await askOne(client, { method, params }, AbortSignal.any([signal, stopped.signal])),
      ] as const;
    } catch (error) {
      failure ??= error;
      stopped.abort();
      return undefined;
    }
  });
  const responses = (await Promise.all(asked)).filter((response) => response !== undefined);
  if (failure !== undefined) throw failure;
  return buildInputResponses(responses);
}

async function askOne(
  { ask }: CallClient,
  { method, params }: Omit<InputRequest, 'key'>,
  signal: AbortSignal,
): Promise<Buffer> {
  const sent = method === 'elicitation/create' ? withElicitationId(params) : params;
  let answer: Envelope | undefined;
  try {
    answer = await ask?.({ method, params: sent, signal });
  } catch (error) {
    throw isAppError(error) ? notCompleted(error.message) : error;
  }
  if (answer?.kind !== 'result') throw notCompleted(`The client answered ${method} with an error.`);
  return Buffer.from(resultOf(answer));
}

/** Legacy clients know what they were sent to by an id (MCP 2025-11-25, elicitation, URL mode). */
function withElicitationId(params: Buffer | undefined): Buffer | undefined {
  if (!params) return params;
  const whole = { start: 0, end: params.length };
  const mode = findMember(params, whole, 'mode');
  if (!mode || textOf(params, mode).toString() !== '"url"') return params;
  if (findMember(params, whole, 'elicitationId')) return params;
  return splice(params, [insertionOf(params, whole, `"elicitationId":"${newId()}"`)]);
}

function resultOf(answer: Envelope): Buffer {
  if (!answer.result) throw new Error('an answer without a result was taken for one');
  return textOf(answer.bytes, answer.result);
}

class NotCompleted extends AppError {}

function notCompleted(why: string): NotCompleted {
  return new NotCompleted('upstream_failed', `The server could not complete the call: ${why}`);
}

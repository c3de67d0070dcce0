import { AppError } from '@plugboard/contracts';
import {
  buildInputRequired,
  buildResult,
  type Envelope,
  type InputRequest,
  lastMember,
  missingCapabilities,
  missingCapabilityError,
  readEnvelope,
  readInputRequired,
  rpcCodes,
  spliceEnvelope,
  textOf,
  withRequestState,
} from '@plugboard/protocol';

import { valueAt } from '../call/value-at.ts';
import type { StateSealer } from '../ports.ts';
import { type KeptState, sealState, type StateSubject } from './request-state.ts';

export interface SealingServices {
  readonly sealer: StateSealer;
  readonly clock: () => number;
}

/** Legacy error codes: a resource that is not there, and a page that must be visited first. */
const legacyCodes = { resourceNotFound: -32002, urlElicitationRequired: -32042 } as const;

/** An answer that asks a modern client for input and gives it a state to bring back. */
export function askForInput(
  { sealer, clock }: SealingServices,
  subject: StateSubject,
  requests: readonly InputRequest[],
  kept: KeptState,
): Envelope {
  const state = sealState(sealer, subject, kept, clock());
  return readEnvelope(buildResult('0', buildInputRequired(requests, state)));
}

/**
 * A modern server's `input_required` as its client gets it: the server's own state sealed. Throws
 * `ModernError` -32021 when it asks for what the client has not declared.
 */
export function passInputRequired(
  { sealer, clock }: SealingServices,
  subject: StateSubject,
  answer: Envelope,
  capabilities: Readonly<Record<string, unknown>>,
): { readonly answer: Envelope; readonly methods: readonly string[] } {
  if (!answer.result) throw new Error('an answer without a result asks for nothing');
  const result = textOf(answer.bytes, answer.result);
  const { requests, requestState } = readInputRequired(result);
  for (const { method, params } of requests) {
    const missing = missingCapabilities(capabilities, method, params);
    if (missing) throw missingCapabilityError(missing);
  }
  const methods = requests.map(({ method }) => method);
  if (requestState === undefined) return { answer, methods };
  const kept = { kind: 'upstream', state: requestState } as const;
  const state = sealState(sealer, subject, kept, clock());
  return {
    answer: readEnvelope(buildResult('0', withRequestState(result, state))),
    methods,
  };
}

/**
 * A legacy server's answer to a modern client: error codes that the modern protocol has others for,
 * and an error that sends the client to a page first turned into what it asks for.
 */
export function fromLegacyServer(
  services: SealingServices,
  subject: StateSubject | undefined,
  answer: Envelope,
  capabilities: Readonly<Record<string, unknown>>,
): { readonly answer: Envelope; readonly methods: readonly string[] } {
  const asked = { answer, methods: [] };
  if (answer.kind !== 'error' || !answer.error) return asked;
  const code = lastMember(answer.bytes, answer.error, 'code');
  const number = code && Number(textOf(answer.bytes, code).toString());
  if (code && number === legacyCodes.resourceNotFound) {
    const edit = { range: code, replacement: String(rpcCodes.invalidParams) };
    return { answer: spliceEnvelope(answer, [edit]), methods: [] };
  }
  if (number !== legacyCodes.urlElicitationRequired || !subject) return asked;
  const requests = elicitationsOf(answer);
  if (requests.length === 0) return asked;
  const missing = missingCapabilities(capabilities, 'elicitation/create', requests[0]?.params);
  if (missing) throw missingCapabilityError(missing);
  const kept = { kind: 'again', keys: requests.map(({ key }) => key) } as const;
  return {
    answer: askForInput(services, subject, requests, kept),
    methods: requests.map(({ method }) => method),
  };
}

/** More pages than a person would visit before one call. */
const maxElicitations = 16;

function elicitationsOf({ bytes, error }: Envelope): InputRequest[] {
  const listed = error && valueAt(parseOrNothing(textOf(bytes, error)), ['data', 'elicitations']);
  if (!Array.isArray(listed)) return [];
  return listed.slice(0, maxElicitations).flatMap((each: unknown, index): InputRequest[] => {
    const url = valueAt(each, ['url']);
    const message = valueAt(each, ['message']);
    if (typeof url !== 'string' || typeof message !== 'string') return [];
    const params = Buffer.from(JSON.stringify({ mode: 'url', message, url }));
    return [{ key: `elicitation/create#${index + 1}`, method: 'elicitation/create', params }];
  });
}

/** Strings in a server's message may hold what is no JSON; such an error passes as it is. */
function parseOrNothing(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Throws `invalid_input` unless the client says that it went wherever it was sent. */
export function requireAccepted(
  keys: readonly string[],
  responses: ReadonlyMap<string, Buffer>,
): void {
  for (const key of keys) {
    const response = responses.get(key);
    const parsed: unknown = response && JSON.parse(response.toString());
    if (valueAt(parsed, ['action']) === 'accept') continue;
    throw new AppError(
      'invalid_input',
      'The server wants a page visited first, which was not accepted; the call was not made again.',
    );
  }
}

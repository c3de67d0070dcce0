import type { AppError } from '@plugboard/contracts';
import { type Envelope, missingCapabilities } from '@plugboard/protocol';

import { readRound } from '../bridge/brought-input.ts';
import { askForInput, type SealingServices } from '../bridge/to-modern-client.ts';
import type { CallRequest } from './run-call.ts';
import type { ResolvedCall } from './resolve.ts';
import { signInUrl, UrlElicitationRequired } from './url-elicitation.ts';
import { valueAt } from './value-at.ts';

/**
 * Sends the person behind a client to the page where they sign in: an answer that asks a modern
 * client to go there and call again, an error with the page for a legacy client that knows such
 * errors. Throws `error` itself for clients that can do neither.
 */
export function askToSignIn(
  services: SealingServices,
  { facts, client, request, params, perform }: CallRequest,
  call: ResolvedCall | undefined,
  error: AppError,
): Envelope {
  const url = signInUrl(error);
  if (url === undefined || call === undefined) throw error;
  if (client.era === 'legacy') {
    const knows = valueAt(client.capabilities, ['elicitation', 'url']) !== undefined;
    throw knows ? new UrlElicitationRequired(error, url) : error;
  }
  const round = perform
    ? undefined
    : readRound(services, call, request, { ...facts.caller, client, params });
  const method = 'elicitation/create';
  const asked = Buffer.from(JSON.stringify({ mode: 'url', message: error.message, url }));
  if (!round || missingCapabilities(client.capabilities, method, asked)) throw error;
  const key = `${method}#sign-in`;
  return askForInput(services, round.subject, [{ key, method, params: asked }], {
    kind: 'again',
    keys: [key],
  });
}

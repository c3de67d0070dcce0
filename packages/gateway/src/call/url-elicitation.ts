import { AppError, newId } from '@plugboard/contracts';

import { valueAt } from './value-at.ts';

/** The member of `data` that the legacy protocol has for it (MCP 2025-11-25, URL mode elicitation). */
interface Elicitation {
  readonly mode: 'url';
  readonly elicitationId: string;
  readonly url: string;
  readonly message: string;
}

/** A call that can be made once a person has visited a page, for clients that can send them there. */
export class UrlElicitationRequired extends AppError {
  readonly elicitations: readonly Elicitation[];

  constructor(cause: AppError, url: string) {
    const { message, details = {} } = cause;
    super('sign_in_required', message, { cause, details });
    this.elicitations = [{ mode: 'url', elicitationId: newId(), url, message }];
  }
}

/** What an agent is told of who must sign in, and where. */
export function signInFacts(error: AppError): Record<string, unknown> {
  const { details } = error;
  const url = signInUrl(error);
  const who = { kind: valueAt(details, ['who', 'kind']), name: valueAt(details, ['who', 'name']) };
  return {
    ...(typeof who.kind === 'string' && { who }),
    ...(typeof details?.['instance'] === 'string' && { instance: details['instance'] }),
    ...(url !== undefined && { url }),
    ...(typeof details?.['reason'] === 'string' && { reason: details['reason'] }),
    ...(Array.isArray(details?.['scopes']) && { scopes: details['scopes'] }),
  };
}

/** Where to sign in, where that is known. */
export function signInUrl({ details }: AppError): string | undefined {
  const url = details?.['connectUrl'];
  return typeof url === 'string' ? url : undefined;
}

import type { Failure } from '../../api/errors.ts';
import type { CallToCopy } from './copy-as.ts';

export interface ExplainedFailure {
  /** Refused by what is granted; or it failed on the way. */
  readonly kind: 'refused' | 'failed';
  /** What to do. */
  readonly advice: string;
}

/** What a failure means here, where the person who tries is not the agent that is refused. */
export function explainFailure({ code }: Failure, call: CallToCopy): ExplainedFailure {
  switch (code) {
    case 'not_found':
      return {
        kind: 'refused',
        advice: `For ${call.agent} it does not exist: an agent is told nothing of what it was not granted. Grant it, or look whether it is forbidden.`,
      };
    case 'forbidden':
      return {
        kind: 'refused',
        advice: `${call.agent} is granted less than it needs. Raise its level on ${call.instance}, or allow this tool alone.`,
      };
    case 'sign_in_required':
      return {
        kind: 'failed',
        advice: 'Somebody has to sign in at another service first: see Connections.',
      };
    case 'unavailable':
    case 'upstream_failed':
      return {
        kind: 'failed',
        advice: `The server did not answer as it should. The page of ${call.instance} has its state and its log.`,
      };
    case 'upstream_timeout':
      return { kind: 'failed', advice: 'It took too long. What it began may still be done.' };
    case 'rate_limited':
      return {
        kind: 'failed',
        advice: 'Too many calls of this agent are under way. Wait a moment.',
      };
    case 'invalid_input':
      return { kind: 'failed', advice: 'Look at what it was called with.' };
    case 'cancelled':
      return { kind: 'failed', advice: 'The record says how far it came.' };
    case 'conflict':
    case 'install_failed':
    case 'internal':
    case 'locked':
    case 'payload_too_large':
    case 'storage_full':
    case 'unauthenticated':
    case 'unreachable':
      return { kind: 'failed', advice: 'Try again; the record has what is known.' };
  }
}

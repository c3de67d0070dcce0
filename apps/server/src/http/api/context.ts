import { implement } from '@orpc/server';
import { apiContract } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import type { Actor } from '../../features/members/policy.ts';

/** What every procedure of the API is given. */
export interface ApiContext {
  readonly actor: Actor;
  readonly services: AppServices;
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}

/** The contract with its context: each feature implements its part of it. */
export const api = implement(apiContract).$context<ApiContext>();

import { implement } from '@orpc/server';
import { apiContract } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import type { Actor } from '../../features/members/policy.ts';

/** What every procedure of the API is given. */
export interface ApiContext {
  readonly actor: Actor;
  readonly services: AppServices;
  /** Who the same request speaks for by now, for answers that take long. Rejects when it is nobody. */
  readonly authenticate: () => Promise<Actor>;
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}

/** The contract with its context: each feature implements its part of it. */
export const api = implement(apiContract).$context<ApiContext>();

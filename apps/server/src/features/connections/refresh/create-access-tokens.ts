import { AppError } from '@plugboard/contracts';

import type { AccessTokens } from './access-tokens.ts';

export function createAccessTokens(): AccessTokens {
  const notYet = () =>
    Promise.reject(new AppError('unavailable', 'Connections are not ready yet.'));
  return {
    get: notYet,
    refused: notYet,
    needScopes: notYet,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

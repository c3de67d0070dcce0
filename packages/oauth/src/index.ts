export { beginAuthorization, finishAuthorization } from './authorize.ts';
export type { BeginInput, FinishInput, PendingAuthorization } from './authorize.ts';
export { readChallenge, readChallenges } from './challenge.ts';
export type { Challenge } from './challenge.ts';
export { chooseRegistration } from './choose-registration.ts';
export type { RegistrationChoice, RegistrationChoices } from './choose-registration.ts';
export type { OAuthClient } from './client.ts';
export { discover, discoverAuthorizationServer } from './discover.ts';
export type { Discovered, DiscoverInput } from './discover.ts';
export { createDpopKey, dpopProof } from './dpop.ts';
export type { DpopProofInput } from './dpop.ts';
export type {
  AuthorizationServer,
  AuthorizationServerMetadata,
  ClientAuthMethod,
  ProtectedResource,
} from './facts.ts';
export { isOAuthFailure, OAuthFailure } from './failure.ts';
export type { OAuthFailureKind } from './failure.ts';
export {
  refreshTokens,
  requestClientCredentials,
  requestIdJag,
  requestJwtBearer,
  revokeToken,
} from './grants.ts';
export type { GrantInput, IdJag, IdJagInput, RefreshInput } from './grants.ts';
export type { OAuthAnswer, OAuthFetch, OAuthNetwork, OAuthRequest } from './network.ts';
export { chooseAuthMethod, register } from './register.ts';
export type { RegisterInput } from './register.ts';
export { chooseScopes, mergeScopes } from './scopes.ts';
export type { ScopesInput } from './scopes.ts';
export type { TokenSet } from './tokens.ts';

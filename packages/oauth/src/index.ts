export { chooseAuthMethod } from './auth-method.ts';
export { beginAuthorization, finishAuthorization } from './authorize.ts';
export type { BeginInput, FinishInput, PendingAuthorization } from './authorize.ts';
export { readChallenge, readChallenges } from './challenge.ts';
export type { Challenge } from './challenge.ts';
export { chooseRegistration } from './choose-registration.ts';
export type { RegistrationChoice, RegistrationChoices } from './choose-registration.ts';
export type { OAuthClient } from './client.ts';
export { discoverAuthorizationServer } from './discover-server.ts';
export { discover } from './discover.ts';
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
export { requestClientCredentials, requestJwtBearer } from './grants.ts';
export type { GrantInput } from './grants.ts';
export { requestIdJag } from './id-jag.ts';
export type { IdJag, IdJagInput } from './id-jag.ts';
export type { OAuthAnswer, OAuthFetch, OAuthNetwork, OAuthRequest } from './network.ts';
export { refreshTokens } from './refresh.ts';
export type { RefreshInput } from './refresh.ts';
export { register } from './register.ts';
export type { RegisterInput } from './register.ts';
export { revokeToken } from './revoke.ts';
export type { RevokeInput } from './revoke.ts';
export {
  describedServer,
  explainScope,
  findProvider,
  listProviders,
  normalizeAnswers,
  resolveProvider,
} from './providers/index.ts';
export type { ProviderDefinition, ProviderScope, ResolvedProvider } from './providers/index.ts';
export { chooseScopes, mergeScopes } from './scopes.ts';
export type { ScopesInput } from './scopes.ts';
export type { TokenSet } from './tokens.ts';
export { readUserInfo } from './user-info.ts';
export type { UserInfoInput } from './user-info.ts';

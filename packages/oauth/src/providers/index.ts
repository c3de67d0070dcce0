export type { ProviderDefinition, ProviderScope } from './definition.ts';
export { findProvider, listProviders } from './load.ts';
export { normalizeAnswers } from './normalize-answers.ts';
export { describedServer, resolveProvider } from './provider.ts';
export type { ResolvedProvider } from './provider.ts';
export { explainScope } from './risk.ts';

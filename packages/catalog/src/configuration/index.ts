export { configurationFacts } from './catalog-facts.ts';
export type { ConfigurationFacts } from './catalog-facts.ts';
export { configurationSchema, defaultConfigurationSchema } from './configuration-schema.ts';
export type {
  ConfigurationProperty,
  ConfigurationSchema,
  PropertyFacts,
} from './configuration-schema.ts';
export { defaultTarget, targetPackage, targetRemote } from './launch-target.ts';
export type { LaunchTarget } from './launch-target.ts';
export { openConfigurationSchema } from './open-schema.ts';
export type { OpenConfigurationSchema } from './open-schema.ts';
export { resolveLaunch } from './resolve-launch.ts';
export type {
  ConfigurationProblem,
  LaunchSurroundings,
  ResolvedLaunch,
  ResolvedSecret,
  SealedSlot,
} from './resolve-launch.ts';
export { looksLikeSecret, secretsInArguments } from './looks-secret.ts';
export { hasForm, isSafePattern } from './safe-pattern.ts';
export { storedTarget } from './stored-target.ts';

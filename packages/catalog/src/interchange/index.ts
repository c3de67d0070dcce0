export type {
  ImportedRun,
  ImportedServer,
  ImportedValue,
  ImportResult,
  Reference,
  Secrecy,
} from './imported-server.ts';
export { readImport } from './read-import.ts';
export type { ImportOptions } from './read-import.ts';
export { fitConfiguration } from './fit-configuration.ts';
export type { FittedConfiguration, PlainNames } from './fit-configuration.ts';
export { fitText, matchEntry } from './match-entry.ts';
export type { EntryMatch } from './match-entry.ts';

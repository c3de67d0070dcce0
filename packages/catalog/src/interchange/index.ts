export { importFormats } from './imported-server.ts';
export type {
  ImportedRun,
  ImportedServer,
  ImportedValue,
  ImportFormat,
  ImportResult,
  Reference,
  Secrecy,
} from './imported-server.ts';
export { readImport } from './read-import.ts';
export type { ImportOptions } from './read-import.ts';

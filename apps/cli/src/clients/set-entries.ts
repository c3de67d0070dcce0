import type { Client } from './client.ts';
import { addJsonItems, setJsonEntry } from './edit-json.ts';
import { setTomlTable, tomlTable } from './edit-toml.ts';
import { shellQuote } from './shell-quote.ts';
import { changeConfig, type Written } from './write-config.ts';

/** What a client's section holds, by name. */
export type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Puts entries into a client's file, keeping all else of it and a backup; `inputs` are what the client
 * is to ask for, where it asks.
 */
export function writeEntries(
  client: Client,
  file: string,
  entries: Entries,
  inputs: readonly Readonly<Record<string, unknown>>[] = [],
): Promise<Written> {
  const set = client.format === 'json' ? setJsonEntry : setTomlTable;
  return changeConfig(file, (text) => {
    const changed = Object.entries(entries).reduce(
      (before, [name, entry]) => set(before, client.section, name, entry),
      text,
    );
    return addJsonItems(changed, 'inputs', inputs);
  });
}

/** Entries as they stand in a client's file. */
export function printEntries(
  client: Client,
  entries: Entries,
  more: Readonly<Record<string, unknown>> = {},
): string {
  if (client.format === 'json') {
    return JSON.stringify({ ...more, [client.section]: entries }, null, 2);
  }
  return Object.entries(entries)
    .map(([name, entry]) => tomlTable(client.section, name, entry))
    .join('\n\n');
}

/** The command that takes a change back. */
export function undoCommand(file: string, { backup }: Written): string {
  return backup === undefined
    ? `rm ${shellQuote(file)}`
    : `mv ${shellQuote(backup)} ${shellQuote(file)}`;
}

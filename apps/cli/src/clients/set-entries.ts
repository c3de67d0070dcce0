import { type Client, type ClientEntries, shellQuote } from '@plugboard/contracts';

import { addJsonItems, setJsonEntry } from './edit-json.ts';
import { setTomlTable } from './edit-toml.ts';
import { changeConfig, type Written } from './write-config.ts';

/**
 * Puts entries into a client's file, keeping all else of it and a backup; `inputs` are what the client
 * is to ask for, where it asks.
 */
export function writeEntries(
  client: Client,
  file: string,
  entries: ClientEntries,
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

/** The command that takes a change back. */
export function undoCommand(file: string, { backup }: Written): string {
  return backup === undefined
    ? `rm ${shellQuote(file)}`
    : `mv ${shellQuote(backup)} ${shellQuote(file)}`;
}

import type { AccessMatrix, GrantChange, GrantsPreview } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import { api, orpc } from '../api/client.ts';
import { readError } from '../api/errors.ts';
import { tellDone, tellFailed } from '../shell/toast-manager.ts';
import { DangerDialog } from './DangerDialog.tsx';
import { mostChanges, withChanges } from './grant-changes.ts';

interface Asked {
  readonly changes: GrantChange[];
  readonly done: string;
  readonly preview: GrantsPreview;
}

interface SetGrants {
  /** Sets them: seen at once, taken back by "Undo"; what is dangerous is asked about first. */
  readonly set: (changes: GrantChange[], done: string) => Promise<void>;
  /** Put it on the page: it asks. */
  readonly dialog: ReactNode;
}

/** Sets grants for pages that show them. */
export function useSetGrants(): SetGrants {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const key = orpc.access.matrix.queryKey();

  const readAnew = () =>
    Promise.all(
      [orpc.access.key(), orpc.grants.key(), orpc.agents.key()].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );

  async function send(changes: GrantChange[], done: string, confirm: boolean): Promise<void> {
    await client.cancelQueries({ queryKey: key });
    const shown = client.getQueryData<AccessMatrix>(key);
    if (shown) client.setQueryData(key, withChanges(shown, changes));
    try {
      const { changed, before } = await api.grants.set({ changes, confirm });
      if (changed > 0) tellDone(done, () => void undo(before));
      await readAnew();
    } catch (error) {
      // Only what this change showed goes back; events may have brought news meanwhile.
      void client.invalidateQueries({ queryKey: key });
      if (shown) client.setQueryData(key, shown);
      throw error;
    }
  }

  async function undo(before: GrantChange[]): Promise<void> {
    try {
      await send(before, 'Taken back', true);
    } catch (error) {
      tellFailed(readError(error).message);
    }
  }

  async function set(changes: GrantChange[], done: string): Promise<void> {
    if (changes.length === 0) return;
    if (changes.length > mostChanges) {
      tellFailed(`At most ${mostChanges} changes are made at once. Choose fewer.`);
      return;
    }
    try {
      await send(changes, done, false);
    } catch (error) {
      const { code, details, message } = readError(error);
      if (code !== 'conflict' || typeof details['dangerous'] !== 'number') tellFailed(message);
      else await ask(changes, done);
    }
  }

  async function ask(changes: GrantChange[], done: string): Promise<void> {
    try {
      setAsked({ changes, done, preview: await api.grants.preview({ changes }) });
    } catch (error) {
      tellFailed(readError(error).message);
    }
  }

  const dialog = asked && (
    <DangerDialog
      preview={asked.preview}
      onClose={() => setAsked(undefined)}
      onConfirm={() => send(asked.changes, asked.done, true)}
    />
  );
  return { set, dialog };
}

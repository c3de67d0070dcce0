import type { Instance } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { CircleArrowUp, CirclePause, CirclePlay, RotateCw, Trash2, X } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { tellDone, tellFailed } from '../../shell/toast-manager.ts';
import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/format.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { BulkUpdateDialog } from './BulkUpdateDialog.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import { forEachInstance } from './use-instance-actions.ts';

export interface SelectionBarProps {
  readonly chosen: readonly Instance[];
  readonly onClear: () => void;
}

type Ref = { instance: string };

/** What can be done to all that are chosen; it stays in sight while there are any. */
export function SelectionBar({ chosen, onClear }: SelectionBarProps) {
  const may = useMay();
  const client = useQueryClient();
  const [progress, setProgress] = useState<string>();
  const [dialog, setDialog] = useState<'remove' | 'update'>();

  const run = async (
    doing: string,
    did: string,
    instances: readonly Instance[],
    change: (ref: Ref) => Promise<unknown>,
    undo?: () => void,
  ) => {
    setProgress(`${doing} 0 of ${instances.length}`);
    const failed = await forEachInstance(instances, change, (done) =>
      setProgress(`${doing} ${done} of ${instances.length}`),
    );
    setProgress(undefined);
    void client.invalidateQueries({ queryKey: orpc.instances.key() });
    const well = instances.length - failed.length;
    if (well > 0) tellDone(`${did} ${plural(well, 'instance')}`, undo);
    const [first] = failed;
    if (first) {
      tellFailed(`${plural(failed.length, 'instance')} failed. ${first.slug}: ${first.message}`);
    }
  };
  const running = chosen.filter(({ state }) => state.stoppedAt === undefined);
  const stopped = chosen.filter(({ state }) => state.stoppedAt !== undefined);
  const updatable = chosen.filter(({ updateAvailable }) => updateAvailable !== undefined);
  const stop = (instances: readonly Instance[]) =>
    void run('Stopping', 'Stopped', instances, api.instances.stop, () => start(instances));
  const start = (instances: readonly Instance[]) =>
    void run('Starting', 'Started', instances, api.instances.start, () => stop(instances));
  const busy = progress !== undefined;

  return (
    <div
      role="region"
      aria-label="Chosen instances"
      className="glass-high fixed inset-x-3 bottom-18 z-30 mx-auto flex max-w-3xl flex-wrap items-center gap-2 rounded-2xl px-4 py-2.5 md:bottom-6"
    >
      <p role="status" className="mr-auto text-sm font-medium tabular-nums">
        {progress ?? `${plural(chosen.length, 'instance')} chosen`}
      </p>
      {may('instance.restart') && running.length > 0 && (
        <Button
          size="small"
          disabled={busy}
          icon={<RotateCw className="size-4" aria-hidden />}
          onClick={() => void run('Restarting', 'Restarted', running, api.instances.restart)}
        >
          Restart
        </Button>
      )}
      {may('instance.stop') && running.length > 0 && (
        <Button
          size="small"
          disabled={busy}
          icon={<CirclePause className="size-4" aria-hidden />}
          onClick={() => stop(running)}
        >
          Stop
        </Button>
      )}
      {may('instance.stop') && stopped.length > 0 && (
        <Button
          size="small"
          disabled={busy}
          icon={<CirclePlay className="size-4" aria-hidden />}
          onClick={() => start(stopped)}
        >
          Start
        </Button>
      )}
      {may('version.update') && updatable.length > 0 && (
        <Button
          size="small"
          disabled={busy}
          icon={<CircleArrowUp className="size-4" aria-hidden />}
          onClick={() => setDialog('update')}
        >
          Update
        </Button>
      )}
      {may('instance.remove') && (
        <Button
          size="small"
          variant="danger"
          disabled={busy}
          icon={<Trash2 className="size-4" aria-hidden />}
          onClick={() => setDialog('remove')}
        >
          Remove
        </Button>
      )}
      <IconButton
        size="icon-small"
        label="Choose none"
        icon={<X className="size-4" aria-hidden />}
        onClick={onClear}
      />
      {dialog === 'remove' && (
        <RemoveDialog
          instances={chosen}
          open
          onOpen={() => setDialog(undefined)}
          onRemoved={onClear}
        />
      )}
      {dialog === 'update' && (
        <BulkUpdateDialog instances={updatable} open onOpen={() => setDialog(undefined)} />
      )}
    </div>
  );
}

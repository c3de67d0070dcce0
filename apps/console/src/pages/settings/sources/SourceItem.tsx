import type { Source } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil, RefreshCcw, RotateCcw, ScrollText, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { plural } from '../../../ui/format.ts';
import { Menu, type MenuEntry } from '../../../ui/Menu.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { Switch } from '../../../ui/Switch.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';
import { ChangeSourceDialog } from './ChangeSourceDialog.tsx';
import { RemoveSourceDialog } from './RemoveSourceDialog.tsx';
import { audienceWords, everyWords, kindWords } from './source-words.ts';
import { SyncBadge } from './SyncBadge.tsx';
import { SyncReportDialog } from './SyncReportDialog.tsx';
import { useSync } from './use-sync.ts';

/** One source: what it is, how its last reading went, and what can be done. */
export function SourceItem({ source }: { readonly source: Source }) {
  const may = useMay();
  const client = useQueryClient();
  const run = useSync(source);
  const [asking, setAsking] = useState<'report' | 'change' | 'remove'>();
  const close = () => setAsking(undefined);
  const title = visibleText(source.title);
  const enable = useMutation({
    mutationFn: (enabled: boolean) => api.sources.change({ source: source.id, enabled }),
    onSettled: () => client.invalidateQueries({ queryKey: orpc.sources.key() }),
  });
  const setEnabled = (enabled: boolean) =>
    enable.mutate(enabled, {
      onSuccess: () =>
        tellDone(`${title} is ${enabled ? 'on' : 'off'}`, () => enable.mutate(!enabled)),
    });
  const manage = may('source.manage');
  const entries: (MenuEntry | false)[] = [
    {
      label: 'Last reports',
      icon: <ScrollText aria-hidden />,
      onSelect: () => setAsking('report'),
    },
    may('source.sync') &&
      source.enabled && {
        label: 'Read everything again',
        icon: <RotateCcw aria-hidden />,
        onSelect: () => run.sync(true),
      },
    manage && {
      label: 'Change',
      icon: <Pencil aria-hidden />,
      onSelect: () => setAsking('change'),
    },
    manage &&
      source.kind !== 'bundled' && {
        label: 'Remove',
        icon: <Trash2 aria-hidden />,
        onSelect: () => setAsking('remove'),
        danger: true,
        apart: true,
      },
  ];
  return (
    <li className="flex flex-col gap-3 px-4 py-3.5 sm:px-5">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2 text-sm">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-2">
            <Untrusted className="font-medium">{source.title}</Untrusted>
            <Badge>{kindWords[source.kind]}</Badge>
            <SyncBadge source={source} />
          </p>
          {source.location !== undefined && (
            <Untrusted className="block truncate font-mono text-xs text-faint">
              {source.location}
            </Untrusted>
          )}
          <p className="text-xs text-faint">
            {plural(source.servers, 'server')} · {everyWords(source.everyMs)} ·{' '}
            {audienceWords[source.audience]} · {source.priority} ·{' '}
            <RelativeTime at={source.syncedAt} never="never read whole" />
          </p>
        </div>
        <div className="flex items-center gap-2">
          <Switch
            label={`${title} is used`}
            checked={enable.isPending ? enable.variables : source.enabled}
            disabled={!manage}
            onChecked={setEnabled}
          />
          {may('source.sync') && source.enabled && (
            <Button
              size="small"
              icon={<RefreshCcw className="size-4" aria-hidden />}
              busy={run.status === 'running'}
              aria-label={`Sync now: ${title}`}
              onClick={() => run.sync()}
            >
              Sync now
            </Button>
          )}
          <Menu
            label={`Actions of ${title}`}
            entries={entries.filter((entry) => entry !== false)}
          />
        </div>
      </div>
      {run.status !== 'idle' && <RunSteps run={run} label={`Reading ${title}`} />}
      {run.status === 'idle' && source.lastSync?.state === 'failed' && (
        <p className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
          <Untrusted>{source.lastSync.error ?? 'It could not be read.'}</Untrusted>
        </p>
      )}
      {asking === 'report' && <SyncReportDialog source={source} onClose={close} />}
      {asking === 'change' && <ChangeSourceDialog source={source} onClose={close} />}
      {asking === 'remove' && <RemoveSourceDialog source={source} onClose={close} />}
    </li>
  );
}

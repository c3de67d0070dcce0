import type { Instance } from '@plugboard/contracts/api';
import { useNavigate } from '@tanstack/react-router';
import { CirclePause, CirclePlay, CircleArrowUp, RotateCw, ScrollText, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import { useInstanceActions } from './use-instance-actions.ts';

/** What can be done to an instance from the list. */
export function InstanceMenu({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const navigate = useNavigate();
  const actions = useInstanceActions(instance);
  const [removing, setRemoving] = useState(false);
  const isStopped = instance.state.stoppedAt !== undefined;
  const go = (tab: string) =>
    void navigate({
      to: '/instances/$instance',
      params: { instance: instance.slug },
      search: { tab },
    });
  const entries: (MenuEntry & { readonly needs: string })[] = [
    {
      needs: 'instance.restart',
      label: 'Restart',
      icon: <RotateCw aria-hidden />,
      disabled: isStopped || actions.busy,
      onSelect: actions.restart,
    },
    isStopped
      ? {
          needs: 'instance.stop',
          label: 'Start',
          icon: <CirclePlay aria-hidden />,
          disabled: actions.busy,
          onSelect: actions.start,
        }
      : {
          needs: 'instance.stop',
          label: 'Stop',
          icon: <CirclePause aria-hidden />,
          disabled: actions.busy,
          onSelect: actions.stop,
        },
    {
      needs: 'instance.read_logs',
      label: 'Logs',
      icon: <ScrollText aria-hidden />,
      onSelect: () => go('logs'),
    },
    {
      needs: 'version.read',
      label: 'Updates',
      icon: <CircleArrowUp aria-hidden />,
      onSelect: () => go('updates'),
    },
    {
      needs: 'instance.remove',
      label: 'Remove…',
      icon: <Trash2 aria-hidden />,
      danger: true,
      apart: true,
      onSelect: () => setRemoving(true),
    },
  ];
  return (
    <>
      <Menu
        label={`Actions of ${instance.slug}`}
        entries={entries.filter(({ needs }) => may(needs))}
      />
      {removing && <RemoveDialog instances={[instance]} open={removing} onOpen={setRemoving} />}
    </>
  );
}

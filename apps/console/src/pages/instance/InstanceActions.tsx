import type { Instance } from '@plugboard/contracts/api';
import { useNavigate } from '@tanstack/react-router';
import {
  CircleArrowUp,
  CirclePause,
  CirclePlay,
  FlaskConical,
  Grid3x3,
  HeartPulse,
  RotateCw,
  Store,
  Trash2,
} from 'lucide-react';
import { useState } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { Button } from '../../ui/Button.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { RemoveDialog } from '../instances/RemoveDialog.tsx';
import { useInstanceActions } from '../instances/use-instance-actions.ts';
import { TestDialog } from './TestDialog.tsx';

/** What can be done to the instance whose page it is. */
export function InstanceActions({ instance }: { readonly instance: Instance }) {
  const may = useMay();
  const navigate = useNavigate();
  const actions = useInstanceActions(instance);
  const [dialog, setDialog] = useState<'test' | 'remove'>();
  const isStopped = instance.state.stoppedAt !== undefined;
  const more: readonly (MenuEntry & { readonly needs: string })[] = [
    {
      needs: 'call.create',
      label: 'Try its tools',
      icon: <FlaskConical aria-hidden />,
      onSelect: () => void navigate({ to: '/playground', search: { instance: instance.slug } }),
    },
    {
      needs: 'grant.read',
      label: 'Who may use it',
      icon: <Grid3x3 aria-hidden />,
      onSelect: () => void navigate({ to: '/matrix', search: { instance: instance.slug } }),
    },
    {
      needs: 'catalog.read',
      label: 'In the marketplace',
      icon: <Store aria-hidden />,
      onSelect: () => void navigate({ to: '/marketplace/$', params: { _splat: instance.server } }),
    },
    {
      needs: 'instance.remove',
      label: 'Remove…',
      icon: <Trash2 aria-hidden />,
      danger: true,
      apart: true,
      onSelect: () => setDialog('remove'),
    },
  ];
  return (
    <>
      {instance.updateAvailable !== undefined && may('version.update') && (
        <ButtonLink
          to="/instances/$instance"
          params={{ instance: instance.slug }}
          search={{ tab: 'updates' }}
          variant="primary"
          icon={<CircleArrowUp className="size-4" aria-hidden />}
        >
          Update
        </ButtonLink>
      )}
      {!isStopped && may('instance.test') && (
        <Button
          icon={<HeartPulse className="size-4" aria-hidden />}
          onClick={() => setDialog('test')}
        >
          Test
        </Button>
      )}
      {!isStopped && may('instance.restart') && (
        <Button
          icon={<RotateCw className="size-4" aria-hidden />}
          busy={actions.restarting}
          disabled={actions.busy}
          onClick={actions.restart}
        >
          Restart
        </Button>
      )}
      {may('instance.stop') &&
        (isStopped ? (
          <Button
            variant="primary"
            icon={<CirclePlay className="size-4" aria-hidden />}
            disabled={actions.busy}
            onClick={actions.start}
          >
            Start
          </Button>
        ) : (
          <Button
            icon={<CirclePause className="size-4" aria-hidden />}
            disabled={actions.busy}
            onClick={actions.stop}
          >
            Stop
          </Button>
        ))}
      <Menu label="More actions" entries={more.filter(({ needs }) => may(needs))} />
      {dialog === 'remove' && (
        <RemoveDialog
          instances={[instance]}
          open
          onOpen={() => setDialog(undefined)}
          onRemoved={() => void navigate({ to: '/instances' })}
        />
      )}
      {dialog === 'test' && <TestDialog instance={instance} onClose={() => setDialog(undefined)} />}
    </>
  );
}

import type {
  ConfigurationView,
  DescribedConfiguration,
  Instance,
  LayerView,
} from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { Layers, LayoutTemplate } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { plural } from '../../../ui/format.ts';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { LayerDialog } from './LayerDialog.tsx';
import { TemplateDialog } from './TemplateDialog.tsx';

export interface SharedSettingsProps {
  readonly instance: Instance;
  readonly view: ConfigurationView;
  readonly described: DescribedConfiguration;
}

const environments = ['dev', 'staging', 'prod'] as const;

/** Settings that instances of this server share: layers of environments, and templates. */
export function SharedSettings({ instance, view, described }: SharedSettingsProps) {
  const may = useMay();
  const { server } = view;
  const layers = useQuery(orpc.configuration.layers.list.queryOptions({ input: { server } }));
  const templates = useQuery(orpc.configuration.templates.list.queryOptions({ input: { server } }));
  const [layer, setLayer] = useState<LayerView['environment']>();
  const [saving, setSaving] = useState(false);
  const mayChange = may('configuration.change');
  const failed = [layers, templates].find(({ isError }) => isError);
  return (
    <Section
      title="Shared settings"
      about={
        <>
          For all instances of <bdi>{visibleText(server)}</bdi>. A layer holds for an environment
          and those above it; a template is chosen.
        </>
      }
      actions={
        mayChange && (
          <Button
            size="small"
            icon={<LayoutTemplate className="size-4" aria-hidden />}
            onClick={() => setSaving(true)}
          >
            Save as template
          </Button>
        )
      }
    >
      {failed && <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />}
      <ul className="divide-y divide-line rounded-lg border border-line text-sm">
        {environments.map((environment) => {
          const known = layers.data?.layers.find((each) => each.environment === environment);
          const count = Object.keys(known?.settings.values ?? {}).length;
          return (
            <li key={environment} className="flex items-center gap-3 px-3 py-2">
              <Layers className="size-4 shrink-0 text-faint" aria-hidden />
              <span className="min-w-0 flex-1">
                {environment}
                <span className="block text-xs text-faint">
                  {known === undefined
                    ? 'sets nothing'
                    : `revision ${known.revision}, ${plural(count, 'value')}`}
                </span>
              </span>
              {environment === view.environment && <Badge tone="accent">this one’s</Badge>}
              {mayChange && layers.data !== undefined && (
                <Button
                  size="small"
                  aria-label={`Edit the layer ${environment}`}
                  onClick={() => setLayer(environment)}
                >
                  Edit
                </Button>
              )}
            </li>
          );
        })}
        {templates.data?.templates.map(({ slug, title, usedBy }) => (
          <li key={slug} className="flex items-center gap-3 px-3 py-2">
            <LayoutTemplate className="size-4 shrink-0 text-faint" aria-hidden />
            <span className="min-w-0 flex-1">
              <bdi>{visibleText(title)}</bdi>
              <span className="block text-xs text-faint">
                {slug}, used by {plural(usedBy.length, 'instance')}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {layer !== undefined && (
        <LayerDialog
          server={server}
          environment={layer}
          layer={layers.data?.layers.find((each) => each.environment === layer)}
          described={described}
          onClose={() => setLayer(undefined)}
        />
      )}
      {saving && (
        <TemplateDialog instance={instance} server={server} onClose={() => setSaving(false)} />
      )}
    </Section>
  );
}

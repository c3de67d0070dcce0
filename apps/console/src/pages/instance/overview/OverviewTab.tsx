import type { Instance } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Section } from '../../../ui/Card.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';
import { CredentialsSection } from './CredentialsSection.tsx';
import { LaunchSection } from './LaunchSection.tsx';

/** What it is, what it offers, where it is reached, and whose account it uses. */
export function OverviewTab({ instance }: { readonly instance: Instance }) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-5">
        <Offers instance={instance} />
        <Section title="Now">
          <Facts rows={nowFacts(instance)} />
        </Section>
        <LaunchSection instance={instance} />
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        <CredentialsSection instance={instance} />
        <Section
          title="Endpoint"
          about="Serves this instance alone, with its own names, to agents that may use it."
        >
          <CodeBlock code={instance.mcpUrl} what="the endpoint" wrap />
        </Section>
      </div>
    </div>
  );
}

function Offers({ instance }: { readonly instance: Instance }) {
  const { tools, prompts, resources, resourceTemplates } = instance.offers;
  const counts = [
    ['tool', 'Tools', tools],
    ['prompt', 'Prompts', prompts],
    ['resource', 'Resources', resources],
    ['resource_template', 'Templates', resourceTemplates],
  ] as const;
  return (
    <nav aria-label="What it offers" className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      {counts.map(([kind, label, count]) => (
        <Link
          key={kind}
          to="/instances/$instance"
          params={{ instance: instance.slug }}
          search={{ tab: 'tools', kind }}
          className="glass rounded-card px-4 py-3 hover:border-accent"
        >
          <span
            className={`block text-2xl leading-8 font-semibold tabular-nums ${count === 0 ? 'text-faint' : ''}`}
          >
            {formatNumber(count)}
          </span>
          <span className="text-sm text-soft">{label}</span>
        </Link>
      ))}
    </nav>
  );
}

function nowFacts(instance: Instance): readonly (readonly [string, ReactNode])[] {
  const { state } = instance;
  return [
    ['Last used', <RelativeTime key="used" at={instance.lastUsedAt} />],
    [
      'In this state',
      state.since === undefined ? undefined : (
        <>
          since <RelativeTime at={state.since} />
        </>
      ),
    ],
    ['Memory', state.memoryBytes === undefined ? undefined : formatBytes(state.memoryBytes)],
    ['Process', state.pid],
    ['Restarts', state.restarts === 0 ? 'none' : formatNumber(state.restarts)],
    [
      'Own connections',
      instance.ownConnections === 0 ? undefined : formatNumber(instance.ownConnections),
    ],
    [
      'Protocol',
      instance.protocolVersion === undefined ? (
        <span className="text-faint">known after its first start</span>
      ) : (
        <Untrusted>{`${instance.protocolVersion} (${instance.era ?? 'legacy'})`}</Untrusted>
      ),
    ],
    [
      'Sleeps',
      instance.idleMs === 0 ? 'never' : `after ${formatDuration(instance.idleMs)} without a call`,
    ],
    ['Definitions read', <RelativeTime key="defined" at={instance.definedAt} />],
    ['Installed', <RelativeTime key="created" at={instance.createdAt} />],
  ];
}

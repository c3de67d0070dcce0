import type { Instance } from '@plugboard/contracts/api';
import type { ReactNode } from 'react';

import { Badge } from '../../../ui/Badge.tsx';
import { Section } from '../../../ui/Card.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';

/** How it runs and what it may reach. */
export function LaunchSection({ instance }: { readonly instance: Instance }) {
  const { launch } = instance;
  return (
    <Section title={launch.driver === 'remote' ? 'Remote server' : 'How it runs'}>
      <Facts rows={launch.driver === 'remote' ? remoteFacts(launch) : processFacts(launch)} />
    </Section>
  );
}

type Launch<Driver extends Instance['launch']['driver']> = Extract<
  Instance['launch'],
  { driver: Driver }
>;
type Rows = readonly (readonly [string, ReactNode])[];

function remoteFacts({ url, transport, headers, allowPrivateNetwork }: Launch<'remote'>): Rows {
  const names = Object.keys(headers ?? {});
  return [
    ['Address', <Code key="url">{url}</Code>],
    ['Transport', transport],
    ['Headers', names.length === 0 ? undefined : <Codes texts={names} />],
    ['Private network', allowPrivateNetwork ? 'may be reached' : 'may not be reached'],
  ];
}

function processFacts({ args, env, network, limits, mounts }: Launch<'process'>): Rows {
  const variables = Object.keys(env ?? {});
  return [
    [
      'Network',
      network.mode === 'allow' ? (
        <Codes texts={network.hosts} />
      ) : (
        <Badge tone={network.mode === 'open' ? 'warn' : 'good'}>
          {network.mode === 'open' ? 'everything' : 'nothing'}
        </Badge>
      ),
    ],
    ['Limits', `${limits.memoryMb} MB memory, ${limits.cpus} CPU, ${limits.pids} processes`],
    [
      'Folders',
      mounts.length === 0 ? (
        'only its own'
      ) : (
        <ul>
          {mounts.map(({ path, writable }) => (
            <li key={path}>
              <Code>{path}</Code> {writable ? 'to read and write' : 'to read'}
            </li>
          ))}
        </ul>
      ),
    ],
    ['Arguments', args && args.length > 0 ? <Codes texts={args} /> : undefined],
    ['Variables', variables.length > 0 ? <Codes texts={variables} /> : undefined],
  ];
}

function Code({ children }: { readonly children: string }) {
  return (
    <code className="rounded bg-sunken px-1 py-0.5 font-mono text-xs break-all">
      <bdi>{visibleText(children)}</bdi>
    </code>
  );
}

function Codes({ texts }: { readonly texts: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {texts.map((text, index) => (
        <Code key={`${index} ${text}`}>{text}</Code>
      ))}
    </span>
  );
}

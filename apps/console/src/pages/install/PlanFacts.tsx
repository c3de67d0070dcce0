import type { InstallPlan } from '@plugboard/contracts/api';
import { Boxes, Globe, Play } from 'lucide-react';
import type { ReactNode } from 'react';

import { Card } from '../../ui/Card.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { PackageList } from './PackageList.tsx';

interface PlanProps {
  readonly plan: InstallPlan;
}

/** What would be fetched, run and reached. */
export function PlanFacts({ plan }: PlanProps) {
  return (
    <div className="grid items-stretch gap-3 md:grid-cols-2 xl:grid-cols-3">
      {plan.run?.driver !== 'remote' && (
        <Part icon={<Boxes aria-hidden />} title="Fetches">
          <Fetches plan={plan} />
        </Part>
      )}
      <Part icon={<Play aria-hidden />} title="Runs">
        <Runs plan={plan} />
      </Part>
      <Part icon={<Globe aria-hidden />} title="Reaches">
        <Reaches plan={plan} />
      </Part>
    </div>
  );
}

interface PartProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}

function Part({ icon, title, children }: PartProps) {
  return (
    <Card className="min-w-0 p-4">
      <h3 className="mb-2.5 flex items-center gap-2 text-sm font-semibold [&>svg]:size-4 [&>svg]:text-accent">
        {icon}
        {title}
      </h3>
      {children}
    </Card>
  );
}

function Fetches({ plan }: PlanProps) {
  const { packages, bytes, bytesUnknown, present, bundle } = plan.fetch;
  if (present) return <p className="text-sm text-soft">Nothing: it lies here already.</p>;
  const licences = [...new Set(packages.map(({ license }) => license ?? 'not told'))];
  return (
    <>
      <Facts
        rows={[
          ['Packages', packages.length === 0 ? undefined : plural(packages.length, 'package')],
          ['Size', bytes > 0 ? sizeOf(bytes, bytesUnknown) : undefined],
          ['From', plan.reach.whileInstalling === 'registry' ? 'the package registry' : undefined],
          [
            'Licences',
            licences.length === 0 ? undefined : (
              <Untrusted key="licences">{licences.slice(0, 6).join(', ')}</Untrusted>
            ),
          ],
          ['Bundle', bundle && <code key="bundle">{bundle.sha256.slice(0, 16)}…</code>],
        ]}
      />
      {packages.length > 0 && <PackageList packages={packages} />}
    </>
  );
}

function sizeOf(bytes: number, unknown: number): string {
  const told = formatBytes(bytes);
  return unknown > 0 ? `${told}, and ${plural(unknown, 'package')} of unknown size` : told;
}

function Runs({ plan: { run } }: PlanProps) {
  if (!run) return <p className="text-sm text-soft">Known once its bundle was opened.</p>;
  if (run.driver === 'remote') {
    return (
      <Facts
        rows={[
          ['Where', 'elsewhere: nothing runs on this machine'],
          ['Spoken to by', run.transport],
          ['Headers', run.headers.length === 0 ? undefined : run.headers.join(', ')],
        ]}
      />
    );
  }
  const { entry, args, env, isolation, limits, mounts, node, scripts } = run;
  const variables = Object.keys(env ?? {});
  return (
    <Facts
      rows={[
        ['Program', entry && <Mono key="entry" text={entry} />],
        [
          'Arguments',
          args && args.length > 0 ? <Mono key="args" text={args.join(' ')} /> : undefined,
        ],
        [
          'Variables',
          variables.length > 0 ? <Mono key="env" text={variables.join(' ')} /> : undefined,
        ],
        [
          'Kept apart',
          isolation === 'sandbox' ? 'in a sandbox' : 'as a process of its own, no sandbox',
        ],
        ['At most', `${limits.memoryMb} MB, ${limits.cpus} CPUs, ${limits.pids} processes`],
        [
          'Folders',
          mounts.length === 0
            ? 'its own alone'
            : mounts
                .map(({ path, writable }) => `${path}${writable ? ' (writes)' : ''}`)
                .join(', '),
        ],
        ['Node', node.asked === undefined ? undefined : `${node.asked}; ${node.present} is here`],
        ['Install scripts', scripts.length === 0 ? 'none' : scripts.join(', ')],
      ]}
    />
  );
}

function Reaches({ plan: { reach, run } }: PlanProps) {
  const { policy, reason } = reach;
  return (
    <div className="flex flex-col gap-2 text-sm">
      {policy.mode === 'off' && <p>No network at all.</p>}
      {policy.mode === 'open' && <p>Any host of the internet.</p>}
      {policy.mode === 'allow' && (
        <>
          <p>These hosts alone:</p>
          <ul className="flex flex-col gap-0.5">
            {policy.hosts.map((host) => (
              <li key={host}>
                <Mono text={host} />
              </li>
            ))}
          </ul>
        </>
      )}
      {run?.driver === 'remote' && <Mono text={run.url} />}
      {reason !== undefined && (
        <p className="text-soft">
          <Untrusted>{reason}</Untrusted>
        </p>
      )}
    </div>
  );
}

function Mono({ text }: { readonly text: string }) {
  return (
    <code className="font-mono text-xs leading-5 [overflow-wrap:anywhere]">
      <Untrusted>{text}</Untrusted>
    </code>
  );
}

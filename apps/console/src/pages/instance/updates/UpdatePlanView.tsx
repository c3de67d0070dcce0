import type { UpdatePlan } from '@plugboard/contracts/api';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';

import { Badge } from '../../../ui/Badge.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { plural } from '../../../ui/format.ts';
import { TextLink } from '../../../ui/TextLink.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { ContractDiff } from './ContractDiff.tsx';

/** What an update would change: for agents first, then of packages. */
export function UpdatePlanView({ plan }: { readonly plan: UpdatePlan }) {
  const { contract, affected, packages } = plan;
  const breaking = contract.changes.filter((change) => change.class === 'breaking').length;
  return (
    <div className="flex flex-col gap-5">
      <p
        role="status"
        className={`flex items-start gap-2 rounded-lg px-3.5 py-2.5 text-sm font-medium ${contract.breaking ? 'bg-bad-soft text-bad' : 'bg-good-soft text-good'}`}
      >
        {contract.breaking ? (
          <CircleAlert className="mt-1 size-4 shrink-0" aria-hidden />
        ) : (
          <CircleCheck className="mt-1 size-4 shrink-0" aria-hidden />
        )}
        {contract.breaking
          ? `It breaks ${plural(breaking, 'thing')} that agents may rely on.`
          : contract.changes.length === 0
            ? 'It offers exactly the same.'
            : 'What agents use goes on working.'}
      </p>
      {contract.changes.length > 0 && (
        <Part title="What it offers">
          <ContractDiff contract={contract} />
        </Part>
      )}
      <Part title="Agents">
        <Affected affected={affected} />
      </Part>
      {packages !== undefined && (
        <Part title="Packages">
          <PackageFacts packages={packages} />
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

const most = 30;

function Affected({ affected }: Pick<UpdatePlan, 'affected'>) {
  if (affected.length === 0) {
    return <p className="text-sm text-soft">None can use less, or more, than now.</p>;
  }
  return (
    <ul className="divide-y divide-line rounded-lg border border-line text-sm">
      {affected.slice(0, most).map(({ agent, kind, name, effect, reason }) => (
        <li
          key={`${agent} ${kind} ${name}`}
          className="flex flex-wrap items-baseline gap-x-2 px-3 py-2"
        >
          <Badge tone={effect === 'loses' ? 'bad' : 'violet'}>{effect}</Badge>
          <TextLink to="/agents/$agent" params={{ agent }}>
            {agent}
          </TextLink>
          <bdi className="font-mono text-xs break-all">{visibleText(name)}</bdi>
          <bdi className="w-full text-xs text-faint">{visibleText(reason)}</bdi>
        </li>
      ))}
      {affected.length > most && (
        <li className="px-3 py-2 text-faint">And {affected.length - most} more</li>
      )}
    </ul>
  );
}

function PackageFacts({ packages }: { readonly packages: NonNullable<UpdatePlan['packages']> }) {
  const { total, added, removed, changed, licences, scripts, node } = packages;
  const list = (names: readonly string[] | undefined) =>
    names === undefined || names.length === 0 ? undefined : (
      <bdi className="font-mono text-xs">{visibleText(names.slice(0, 20).join(', '))}</bdi>
    );
  return (
    <Facts
      rows={[
        ['In all', plural(total, 'package')],
        ['Added', list(added?.map(({ name, version }) => `${name} ${version}`))],
        ['Removed', list(removed?.map(({ name, version }) => `${name} ${version}`))],
        [
          'Changed',
          list(changed?.map(({ name, before, after }) => `${name} ${before} → ${after}`)),
        ],
        [
          'Licences',
          list(
            licences.map(({ name, before, after }) =>
              before === undefined ? `${name}: ${after}` : `${name}: ${before} → ${after}`,
            ),
          ),
        ],
        ['Install scripts', list(scripts)],
        [
          'Node',
          node.suits ? undefined : (
            <span className="text-warn">asks for {visibleText(node.asked ?? 'another one')}</span>
          ),
        ],
      ]}
    />
  );
}

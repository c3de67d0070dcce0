import type { Overview } from '@plugboard/contracts/api';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, CirclePause, LoaderCircle, Moon } from 'lucide-react';

import { Card } from '../../ui/Card.tsx';
import { formatNumber } from '../../ui/format.ts';
import { useMay } from '../../shell/use-me.ts';

/** In the order of the bar. `about` says what a state means. */
const states = [
  { name: 'failing', icon: CircleAlert, text: 'text-bad', bar: 'bg-bad' },
  { name: 'starting', icon: LoaderCircle, text: 'text-accent', bar: 'bg-accent' },
  { name: 'ready', icon: CircleCheck, text: 'text-good', bar: 'bg-good' },
  { name: 'sleeping', icon: Moon, text: 'text-violet', bar: 'bg-violet' },
  { name: 'stopped', icon: CirclePause, text: 'text-soft', bar: 'bg-line-strong' },
] as const;

interface HealthStripProps {
  readonly health: Overview['health'];
  readonly counts: Overview['counts'];
}

/** How instances are, at a glance; each number leads to what it counts. */
export function HealthStrip({ health, counts }: HealthStripProps) {
  const shown = states.filter(({ name }) => health[name] > 0);
  return (
    <Card className="flex flex-col gap-3 px-4 py-3.5 sm:px-5">
      {health.total > 0 && (
        <div aria-hidden className="flex h-1.5 gap-0.5 overflow-hidden rounded-full">
          {shown.map(({ name, bar }) => (
            <span
              key={name}
              className={`${bar} min-w-1.5 transition-[flex-grow] duration-300`}
              style={{ flexGrow: health[name] }}
            />
          ))}
        </div>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-1.5 text-sm">
        <ul aria-label="Health" className="-mx-2 flex flex-wrap">
          {shown.map(({ name, icon: Icon, text }) => (
            <li key={name}>
              <Link
                to="/instances"
                search={{ state: name }}
                className="flex h-8 items-center gap-1.5 rounded-lg px-2 hover:bg-hover"
              >
                <Icon
                  className={`size-4 ${text} ${name === 'starting' ? 'animate-spin' : ''}`}
                  aria-hidden
                />
                <span className="font-semibold tabular-nums">{formatNumber(health[name])}</span>{' '}
                {name}
              </Link>
            </li>
          ))}
          {shown.length === 0 && <li className="px-2 text-soft">No instances yet</li>}
        </ul>
        <Counts counts={counts} />
      </div>
    </Card>
  );
}

function Counts({ counts }: { readonly counts: Overview['counts'] }) {
  const may = useMay();
  const all = [
    { to: '/toolboxes', count: counts.toolboxes, one: 'toolbox', many: 'toolboxes' },
    { to: '/matrix', count: counts.tools, one: 'tool', many: 'tools' },
    { to: '/agents', count: counts.agents, one: 'agent', many: 'agents' },
    {
      to: '/credentials',
      count: counts.credentials,
      one: 'credential',
      many: 'credentials',
      needs: 'credential.read',
    },
    { to: '/connections', count: counts.connections, one: 'connection', many: 'connections' },
    { to: '/marketplace', count: counts.servers, one: 'server to add', many: 'servers to add' },
  ] as const;
  return (
    <ul aria-label="What there is" className="-mx-2 flex flex-wrap text-soft">
      {all
        .filter((each) => each.count > 0 && (!('needs' in each) || may(each.needs)))
        .map(({ to, count, one, many }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex h-8 items-center gap-1 rounded-lg px-2 hover:bg-hover hover:text-ink"
            >
              <span className="tabular-nums">{formatNumber(count)}</span> {count === 1 ? one : many}
            </Link>
          </li>
        ))}
    </ul>
  );
}

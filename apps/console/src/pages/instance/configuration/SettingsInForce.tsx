import type { ConfigurationView } from '@plugboard/contracts/api';
import { LockKeyhole } from 'lucide-react';

import { Badge } from '../../../ui/Badge.tsx';
import { Section } from '../../../ui/Card.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { OriginBadge } from './OriginBadge.tsx';
import { shownValue } from './shown-value.ts';

/** Each setting as it is in force, and what it comes from. */
export function SettingsInForce({ view }: { readonly view: ConfigurationView }) {
  const { entries, secrets, revision, environment, inForce, problems } = view;
  return (
    <Section
      flush
      title="In force"
      about={`Revision ${revision}, in a ${environment} toolbox. What is lower down the list of origins is outranked: Plugboard, catalog, preset, template, layers, own.`}
    >
      {!inForce && (
        <p role="alert" className="border-b border-line bg-warn-soft px-5 py-2.5 text-sm text-warn">
          It runs with an earlier configuration, as it did not start with this one.
        </p>
      )}
      {problems.length > 0 && (
        <ul role="alert" className="border-b border-line bg-bad-soft px-5 py-2.5 text-sm text-bad">
          {problems.map(({ key, message }) => (
            <li key={`${key} ${message}`}>
              <bdi>{visibleText(message)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <ul className="divide-y divide-line text-sm">
        {entries.map(({ path, value, origin }) => (
          <li key={path} className="flex items-start gap-3 px-4 py-2 sm:px-5">
            <span className="min-w-0 flex-1">
              <bdi className="block font-mono text-xs font-medium break-all">
                {visibleText(path)}
              </bdi>
              {value !== undefined && (
                <bdi className="block font-mono text-xs [overflow-wrap:anywhere] text-soft">
                  {shownValue(value)}
                </bdi>
              )}
            </span>
            <OriginBadge origin={origin} />
          </li>
        ))}
        {secrets.map(({ key, set, required }) => (
          <li key={key} className="flex items-start gap-3 px-4 py-2 sm:px-5">
            <bdi className="min-w-0 flex-1 font-mono text-xs font-medium break-all">
              {visibleText(key)}
            </bdi>
            <Badge
              tone={set ? 'good' : required ? 'warn' : 'neutral'}
              icon={<LockKeyhole className="size-3" aria-hidden />}
            >
              {set ? 'sealed' : required ? 'missing' : 'not set'}
            </Badge>
          </li>
        ))}
        {entries.length === 0 && secrets.length === 0 && (
          <li className="px-5 py-4 text-soft">Nothing is set: it runs as its publisher made it.</li>
        )}
      </ul>
    </Section>
  );
}

import type { ShownCredential } from '@plugboard/contracts/api';
import { Blocks, TriangleAlert } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { plural } from '../../ui/format.ts';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { ownerWords } from './credential-words.ts';

const placeWords = {
  env: 'variable',
  header: 'header',
  file: 'file in memory',
  descriptor: 'open descriptor',
} as const;

/** Which slots of which instances it fills. */
export function CredentialUsage({
  credential: { bindings },
}: {
  readonly credential: ShownCredential;
}) {
  const instances = [...Map.groupBy(bindings, ({ instance }) => instance.id).values()];
  return (
    <Section
      title="What it fills"
      flush
      about={
        bindings.length > 0 &&
        `${plural(bindings.length, 'slot')} of ${plural(instances.length, 'instance')}. A new version reaches all of them.`
      }
    >
      {bindings.length === 0 ? (
        <EmptyState icon={<Blocks aria-hidden />} title="It fills no slot">
          Lend it to a server on the page of an instance, or when you add one.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line text-sm">
          {instances.map((group) => (
            <li key={group[0]?.instance.id} className="flex flex-col gap-1.5 px-4 py-3 sm:px-5">
              <TextLink
                to="/instances/$instance"
                params={{ instance: group[0]?.instance.slug ?? '' }}
                className="font-medium"
              >
                <Untrusted>{group[0]?.instance.slug ?? ''}</Untrusted>
              </TextLink>
              <ul className="flex flex-col gap-1.5">
                {group.map((binding) => (
                  <li
                    key={`${binding.slot} ${binding.for.kind} ${binding.for.id ?? ''}`}
                    className="flex flex-wrap items-center gap-x-2 gap-y-1 text-soft"
                  >
                    <code className="text-xs text-ink">
                      <Untrusted>{binding.slot}</Untrusted>
                    </code>
                    <span>as {placeWords[binding.place]}</span>
                    <span>
                      for{' '}
                      {binding.for.kind === 'organization' ? (
                        'everybody'
                      ) : (
                        <Untrusted>{ownerWords(binding.for)}</Untrusted>
                      )}
                    </span>
                    {binding.changes && (
                      <Badge
                        tone="warn"
                        icon={<TriangleAlert className="size-3" aria-hidden />}
                        title={binding.changes.join('\n')}
                      >
                        waits for confirmation
                      </Badge>
                    )}
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

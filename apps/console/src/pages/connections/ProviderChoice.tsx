import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ProviderView } from '@plugboard/contracts/api';
import { useState } from 'react';

import { SearchField } from '../../ui/SearchField.tsx';
import { OutsideLink, TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

export interface ProviderChoiceProps {
  readonly providers: readonly ProviderView[];
  readonly chosen: ProviderView | undefined;
  readonly onChoose: (provider: ProviderView) => void;
  readonly problem: string | undefined;
}

/** The service whose account it is. Those come first that one can connect to as it is. */
export function ProviderChoice({ providers, chosen, onChoose, problem }: ProviderChoiceProps) {
  const [q, setQ] = useState('');
  const found = providers
    .filter(({ slug, title }) => `${slug} ${title}`.toLowerCase().includes(q.trim().toLowerCase()))
    .toSorted(
      (one, other) =>
        Number(other.ready) - Number(one.ready) || one.title.localeCompare(other.title),
    );
  return (
    <div className="flex flex-col gap-3">
      <SearchField className="w-full" label="Search services" value={q} onValue={setQ} />
      <RadioGroup
        aria-label="Service"
        value={chosen?.slug ?? ''}
        onValueChange={(slug: string) => {
          const provider = providers.find((each) => each.slug === slug);
          if (provider) onChoose(provider);
        }}
        className="grid max-h-56 grid-cols-2 gap-2 overflow-y-auto p-0.5 sm:grid-cols-3"
      >
        {found.map(({ slug, title, ready }) => (
          <Radio.Root
            key={slug}
            value={slug}
            className="flex min-w-0 cursor-pointer flex-col rounded-xl border border-line bg-raised px-3 py-2 text-left text-sm leading-5 hover:border-line-strong data-[checked]:border-accent data-[checked]:bg-accent-soft"
          >
            <Untrusted className="truncate font-medium">{title}</Untrusted>
            <span className="text-xs text-soft">{ready ? 'ready' : 'to be set up'}</span>
          </Radio.Root>
        ))}
      </RadioGroup>
      {found.length === 0 && (
        <p className="text-sm text-soft">
          None is called so. Connect by the address of its MCP server instead.
        </p>
      )}
      {problem !== undefined && (
        <p role="alert" className="text-xs text-bad">
          {problem}
        </p>
      )}
      {chosen && !chosen.ready && <Setup provider={chosen} />}
    </div>
  );
}

/** How Plugboard is made known to a service that takes no client by itself. */
function Setup({
  provider: { title, setup, redirectUri, docs },
}: {
  readonly provider: ProviderView;
}) {
  return (
    <div className="rounded-xl border border-line bg-sunken px-4 py-3 text-sm">
      <p className="font-medium">
        <Untrusted>{title}</Untrusted> has to be told of Plugboard first
      </p>
      <ol className="list-decimal pl-5 text-soft">
        {setup.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="mt-1 text-soft">
        Redirect address to enter there: <code className="text-xs break-all">{redirectUri}</code>
      </p>
      <p className="mt-1 flex gap-3">
        <TextLink to="/settings">Enter its client in the settings</TextLink>
        {docs !== undefined && <OutsideLink href={docs}>Its documentation</OutsideLink>}
      </p>
    </div>
  );
}

import type { SsoProviderView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';

/** The domains of addresses that a provider speaks for, and how each is proved. */
export function DomainList({
  provider: { provider, domains, title },
}: {
  readonly provider: SsoProviderView;
}) {
  const may = useMay();
  const client = useQueryClient();
  const manage = may('sso.manage');
  const [typed, setTyped] = useState('');
  const change = useMutation({
    mutationFn: (what: () => Promise<unknown>) => what(),
    onError: () => undefined,
    onSettled: () => client.invalidateQueries({ queryKey: orpc.sso.key() }),
  });
  const prove = (domain: string) =>
    change.mutate(async () => {
      await api.sso.domains.prove({ provider, domain });
      tellDone(`${domain} is proved`);
    });
  const add = () =>
    change.mutate(() => api.sso.domains.add({ provider, domain: typed }), {
      onSuccess: () => setTyped(''),
    });
  return (
    <div className="flex flex-col gap-2">
      <p className="text-soft">Domains</p>
      <ul aria-label={`Domains of ${title}`} className="flex flex-col gap-2">
        {domains.map(({ domain, state, record }) => (
          <li key={domain} className="rounded-lg border border-line bg-sunken px-3 py-2">
            <div className="flex flex-wrap items-center gap-2">
              <code className="min-w-0 flex-1 [overflow-wrap:anywhere]">{domain}</code>
              <Badge tone={state === 'proved' ? 'good' : 'warn'}>
                {state === 'proved' ? 'proved' : 'not proved yet'}
              </Badge>
              {manage && state === 'waiting' && (
                <Button size="small" busy={change.isPending} onClick={() => prove(domain)}>
                  Look for the record
                </Button>
              )}
              {manage && (
                <IconButton
                  size="icon-small"
                  label={`Take ${domain} away`}
                  icon={<Trash2 className="size-4" aria-hidden />}
                  onClick={() => change.mutate(() => api.sso.domains.remove({ provider, domain }))}
                />
              )}
            </div>
            {state === 'waiting' && (
              <div className="mt-2 flex flex-col gap-1 text-xs">
                <span className="text-soft">A TXT record in the DNS proves it:</span>
                <CodeBlock code={`${record.name} TXT "${record.value}"`} what="the record" wrap />
              </div>
            )}
          </li>
        ))}
      </ul>
      {manage && (
        <form
          className="flex max-w-md gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (!change.isPending && typed.trim() !== '') add();
          }}
        >
          <TextInput
            aria-label={`Another domain of ${title}`}
            placeholder="example.com"
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" disabled={typed.trim() === ''}>
            Add
          </Button>
        </form>
      )}
      <Problem error={change.error} />
    </div>
  );
}

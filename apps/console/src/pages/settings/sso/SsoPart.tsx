import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LogIn, Plus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { AddProviderDialog } from './AddProviderDialog.tsx';
import { ProviderItem } from './ProviderItem.tsx';
import { RequiredSection } from './RequiredSection.tsx';

/** Signing in by identity providers of the organization's own. */
export function SsoPart() {
  const may = useMay();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const list = useQuery(orpc.sso.list.queryOptions());
  const readAnew = () => client.invalidateQueries({ queryKey: orpc.sso.key() });
  const enable = useMutation({
    mutationFn: ({ provider, on }: { provider: string; on: boolean }) =>
      on ? api.sso.enable({ provider }) : api.sso.disable({ provider }),
    onSuccess: ({ title, enabled }) =>
      tellDone(enabled ? `People may sign in by ${title}` : `Nobody comes in by ${title} any more`),
    onSettled: readAnew,
  });
  const providers = list.data?.providers ?? [];
  return (
    <>
      <Section
        title="Identity providers"
        about="People sign in by OpenID Connect or SAML 2.0. Each is tested before it lets anybody in."
        actions={
          may('sso.manage') && (
            <Button
              size="small"
              variant="primary"
              icon={<Plus className="size-4" aria-hidden />}
              onClick={() => setAdding(true)}
            >
              Add a provider
            </Button>
          )
        }
        flush
      >
        {list.isPending && <SkeletonRows rows={3} />}
        {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && providers.length === 0 && (
          <EmptyState icon={<LogIn aria-hidden />} title="People sign in by password or passkey">
            {may('sso.manage')
              ? 'Add the provider that your organization has, such as Entra ID, Okta, Google or Keycloak.'
              : 'Owners and admins add a provider.'}
          </EmptyState>
        )}
        <ul aria-label="Identity providers" className="divide-y divide-line">
          {providers.map((provider) => (
            <ProviderItem
              key={provider.provider}
              provider={provider}
              busy={enable.isPending && enable.variables.provider === provider.provider}
              onEnable={(on) => enable.mutate({ provider: provider.provider, on })}
            />
          ))}
        </ul>
      </Section>
      {list.data && providers.length > 0 && <RequiredSection required={list.data.required} />}
      {adding && <AddProviderDialog onClose={() => setAdding(false)} />}
    </>
  );
}

import type { SsoProviderView } from '@plugboard/contracts/api';
import { useMutation } from '@tanstack/react-query';
import { FlaskConical, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { api } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { OutsideLink } from '../../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';
import { DomainList } from './DomainList.tsx';
import { RemoveProviderDialog } from './RemoveProviderDialog.tsx';

export interface ProviderItemProps {
  readonly provider: SsoProviderView;
  readonly busy: boolean;
  readonly onEnable: (on: boolean) => void;
}

/** One identity provider: what to enter there, its domains, and its test. */
export function ProviderItem({ provider, busy, onEnable }: ProviderItemProps) {
  const may = useMay();
  const manage = may('sso.manage');
  const [removing, setRemoving] = useState(false);
  const title = visibleText(provider.title);
  const test = useMutation({
    mutationFn: () => api.sso.test({ provider: provider.provider }),
    gcTime: 0,
  });
  return (
    <li className="flex flex-col gap-4 px-4 py-4 text-sm sm:px-5">
      <div className="flex flex-wrap items-center gap-2">
        <span className="flex min-w-0 flex-1 basis-56 flex-wrap items-center gap-2">
          <Untrusted className="font-medium">{provider.title}</Untrusted>
          <Badge>{provider.kind === 'oidc' ? 'OpenID Connect' : 'SAML'}</Badge>
          <Badge tone={provider.enabled ? 'good' : 'neutral'}>
            {provider.enabled ? 'on' : 'off'}
          </Badge>
        </span>
        {manage && (
          <>
            <Button
              size="small"
              icon={<FlaskConical className="size-4" aria-hidden />}
              busy={test.isPending}
              aria-label={`Test ${title}`}
              onClick={() => test.mutate()}
            >
              Test
            </Button>
            <Button
              size="small"
              variant={provider.enabled ? 'secondary' : 'primary'}
              busy={busy}
              disabled={!provider.enabled && provider.testedAt === undefined}
              aria-label={`${provider.enabled ? 'Disable' : 'Enable'} ${title}`}
              onClick={() => onEnable(!provider.enabled)}
            >
              {provider.enabled ? 'Disable' : 'Enable'}
            </Button>
            <Button
              size="small"
              variant="danger"
              icon={<Trash2 className="size-4" aria-hidden />}
              aria-label={`Remove ${title}`}
              onClick={() => setRemoving(true)}
            >
              Remove
            </Button>
          </>
        )}
      </div>
      {manage && !provider.enabled && provider.testedAt === undefined && (
        <p className="text-soft">Test it once; then it can be enabled.</p>
      )}
      <Facts
        rows={[
          ['Issuer', <Untrusted key="issuer">{provider.issuer}</Untrusted>],
          [
            'Client id',
            provider.clientId !== undefined && provider.clientId !== '' ? (
              <Untrusted key="client">{provider.clientId}</Untrusted>
            ) : undefined,
          ],
          ['Tested', <RelativeTime key="tested" at={provider.testedAt} never="not yet" />],
          ['New people', provider.defaultRole ?? 'are not let in'],
          [
            'Roles by group',
            provider.roleRules.length > 0 ? (
              <Untrusted key="rules">
                {provider.roleRules.map(({ group, role }) => `${group}: ${role}`).join(', ')}
              </Untrusted>
            ) : undefined,
          ],
          ['Owners', provider.allowOwners ? 'may come in by it' : 'do not come in by it'],
        ]}
      />
      <div className="grid gap-3 lg:grid-cols-2">
        <div className="min-w-0">
          <p className="mb-1.5 text-soft">Address to enter there</p>
          <CodeBlock code={provider.callbackUrl} what="the address" wrap />
        </div>
        {provider.metadataUrl !== undefined && (
          <div className="min-w-0">
            <p className="mb-1.5 text-soft">Our entity id, with our metadata</p>
            <CodeBlock code={provider.metadataUrl} what="the entity id" wrap />
          </div>
        )}
      </div>
      <DomainList provider={provider} />
      <Dialog
        open={test.data !== undefined}
        onOpen={(open) => !open && test.reset()}
        title={`Test ${title}`}
        about="It signs nobody in. It shows what the provider says of you, and whether that is enough."
      >
        {test.data && (
          <SecretOnce secret={test.data.url} what="the link">
            <p className="text-soft">
              <OutsideLink href={test.data.url} className="underline">
                Open the test
              </OutsideLink>
              , here or in another browser. It ends <RelativeTime at={test.data.expiresAt} />.
            </p>
          </SecretOnce>
        )}
      </Dialog>
      {removing && <RemoveProviderDialog provider={provider} onClose={() => setRemoving(false)} />}
    </li>
  );
}

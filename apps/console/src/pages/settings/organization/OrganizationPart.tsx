import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';

import { orpc } from '../../../api/client.ts';
import { useMay, useMe } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { ButtonAnchor } from '../../../ui/ButtonLink.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { plural } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { TextLink } from '../../../ui/TextLink.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';
import { NameForm } from './NameForm.tsx';
import { NewOrganizationDialog } from './NewOrganizationDialog.tsx';
import { SecondFactorSection } from './SecondFactorSection.tsx';

/** The organization itself, and one's own account. */
export function OrganizationPart() {
  const may = useMay();
  const me = useMe();
  const [isNew, setNew] = useState(false);
  const organization = useQuery(orpc.organization.get.queryOptions());
  if (organization.isPending) return <SkeletonRows rows={4} />;
  if (organization.isError) {
    return <ErrorState error={organization.error} onRetry={() => void organization.refetch()} />;
  }
  const { name, slug, members, createdAt } = organization.data;
  return (
    <>
      <Section
        title="Organization"
        actions={
          may('organization.create') && (
            <Button
              size="small"
              icon={<Plus className="size-4" aria-hidden />}
              onClick={() => setNew(true)}
            >
              New organization
            </Button>
          )
        }
      >
        <div className="flex flex-col gap-4">
          {may('organization.change') ? (
            <NameForm key={name} name={name} />
          ) : (
            <p className="text-sm text-soft">
              <Untrusted className="font-medium text-ink">{name}</Untrusted>. Only owners rename it.
            </p>
          )}
          <Facts
            rows={[
              ['Short name', <code key="slug">{slug}</code>],
              [
                'Members',
                <TextLink key="members" to="/people">
                  {plural(members, 'member')}
                </TextLink>,
              ],
              ['Since', <RelativeTime key="since" at={createdAt} />],
            ]}
          />
        </div>
      </Section>
      <SecondFactorSection organization={organization.data} />
      <Section
        title="Your account"
        about="Name, password, second factor, passkeys and open sessions."
      >
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {me.email !== undefined && (
            <Untrusted className="text-sm text-soft">{me.email}</Untrusted>
          )}
          <ButtonAnchor href="/account">Open your account</ButtonAnchor>
        </div>
      </Section>
      {isNew && <NewOrganizationDialog onClose={() => setNew(false)} />}
    </>
  );
}

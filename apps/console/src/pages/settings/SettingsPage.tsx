import { getRouteApi } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';

import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { partEntries, type PartName } from './settings-parts.ts';
import { SettingsNav } from './SettingsNav.tsx';

const route = getRouteApi('/settings');

const parts: Readonly<Record<PartName, ComponentType>> = {
  organization: lazy(async () => ({
    default: (await import('./organization/OrganizationPart.tsx')).OrganizationPart,
  })),
  sources: lazy(async () => ({
    default: (await import('./sources/SourcesPart.tsx')).SourcesPart,
  })),
  services: lazy(async () => ({
    default: (await import('./services/ServicesPart.tsx')).ServicesPart,
  })),
  licences: lazy(async () => ({
    default: (await import('./licences/LicencesPart.tsx')).LicencesPart,
  })),
  keys: lazy(async () => ({ default: (await import('./keys/KeysPart.tsx')).KeysPart })),
  'sign-in': lazy(async () => ({ default: (await import('./sso/SsoPart.tsx')).SsoPart })),
  provisioning: lazy(async () => ({
    default: (await import('./provisioning/ProvisioningPart.tsx')).ProvisioningPart,
  })),
  backup: lazy(async () => ({ default: (await import('./backup/BackupPart.tsx')).BackupPart })),
  about: lazy(async () => ({ default: (await import('./about/AboutPart.tsx')).AboutPart })),
};

/** What is set for the whole organization, one part at a time. */
export function SettingsPage() {
  const { part } = route.useSearch();
  const may = useMay();
  const seen = partEntries.filter(({ needs }) => may(needs));
  const current = seen.find(({ name }) => name === part) ?? seen[0];
  if (!current) return <Page title="Settings">You may see none of them.</Page>;
  const Part = parts[current.name];
  return (
    <Page title="Settings" about="What holds for everybody in the organization.">
      <div className="grid min-w-0 gap-5 lg:grid-cols-[13rem_minmax(0,1fr)]">
        <SettingsNav entries={seen} current={current.name} />
        <div className="flex min-w-0 flex-col gap-5">
          <Suspense fallback={<SkeletonRows />}>
            <Part />
          </Suspense>
        </div>
      </div>
    </Page>
  );
}

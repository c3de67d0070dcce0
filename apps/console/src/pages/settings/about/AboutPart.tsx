import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../../api/client.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Section } from '../../../ui/Card.tsx';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { formatBytes } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { OutsideLink } from '../../../ui/TextLink.tsx';
import { DoctorSection } from './DoctorSection.tsx';
import { SandboxSection } from './SandboxSection.tsx';

/** This installation: its version, where it keeps things, how servers are kept apart, and its checks. */
export function AboutPart() {
  const may = useMay();
  const status = useQuery(orpc.status.get.queryOptions());
  if (status.isPending) return <SkeletonRows />;
  if (status.isError) {
    return <ErrorState error={status.error} onRetry={() => void status.refetch()} />;
  }
  const { version, startedAt, database, urls, parts, process, sandbox } = status.data;
  return (
    <>
      <Section title={`Plugboard ${version}`}>
        <Facts
          rows={[
            ['Started', <RelativeTime key="started" at={startedAt} />],
            [
              'Database',
              `PostgreSQL ${database.version}, ${database.mode === 'embedded' ? 'started by Plugboard' : 'your own'}`,
            ],
            ['Memory', formatBytes(process.memoryBytes)],
            [
              'For agents',
              <span key="mcp" className="inline-flex items-center gap-1">
                <code>{urls.mcp}</code>
                <CopyButton text={urls.mcp} what="the address" />
              </span>,
            ],
            [
              'API',
              <OutsideLink key="api" href={urls.openapi}>
                OpenAPI document
              </OutsideLink>,
            ],
          ]}
        />
        <ul aria-label="Parts" className="mt-4 flex flex-wrap gap-2">
          {parts.map(({ name, ready, detail }) => (
            <li key={name}>
              <Badge tone={ready ? 'good' : 'bad'} {...(detail !== undefined && { title: detail })}>
                {name}: {ready ? 'works' : 'does not work'}
              </Badge>
            </li>
          ))}
        </ul>
      </Section>
      <SandboxSection sandbox={sandbox} />
      {may('doctor.run') && <DoctorSection />}
    </>
  );
}

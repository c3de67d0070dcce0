import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Section } from '../../ui/Card.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { visibleText } from '../../ui/Untrusted.tsx';
import { textOf } from './audit-search.ts';
import { ChainSection } from './ChainSection.tsx';
import { describeEntry } from './describe-entry.ts';
import { EntryFacts } from './EntryFacts.tsx';

const route = getRouteApi('/audit/$seq');

/** One record: what it says, where it stands in the chain, and the other record of its call. */
export function AuditRecordPage() {
  const params = route.useParams();
  const seq = Number(params.seq);
  const isNumber = Number.isSafeInteger(seq) && seq > 0;
  const may = useMay();
  const detail = useQuery({
    ...orpc.audit.get.queryOptions({ input: { seq }, staleTime: Infinity }),
    enabled: isNumber && may('audit.read'),
  });
  const title = `Record ${isNumber ? seq : ''}`;
  const back = (
    <TextLink to="/audit" className="inline-flex items-center gap-1">
      <ChevronLeft className="size-4" aria-hidden /> Audit
    </TextLink>
  );
  if (!may('audit.read') || !isNumber) {
    return (
      <Page title={title} about={back}>
        <EmptyState title={isNumber ? 'The audit log is not open to you' : 'No such record'}>
          {isNumber
            ? 'Owners, admins and auditors read the log.'
            : 'Records go by whole numbers from 1 on.'}
        </EmptyState>
      </Page>
    );
  }
  if (detail.isError || detail.isPending) {
    return (
      <Page title={title} about={back}>
        {detail.isError ? (
          <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
        ) : (
          <div role="status" aria-label="Loading" className="grid gap-5 lg:grid-cols-2">
            <Skeleton className="h-80" />
            <Skeleton className="h-80" />
          </div>
        )}
      </Page>
    );
  }
  const { entry, pair, previousHash } = detail.data;
  const { label, tone } = describeEntry(entry);
  const callId = textOf(entry.record, 'callId');
  return (
    <Page
      title={title}
      heading={
        <span className="flex flex-wrap items-center gap-3">
          {title} <Badge tone={tone}>{label}</Badge>
        </span>
      }
      about={back}
      actions={
        <>
          {seq > 1 && (
            <ButtonLink
              to="/audit/$seq"
              params={{ seq: String(seq - 1) }}
              icon={<ChevronLeft className="size-4" aria-hidden />}
            >
              Older
            </ButtonLink>
          )}
          <ButtonLink to="/audit/$seq" params={{ seq: String(seq + 1) }}>
            Newer <ChevronRight className="size-4" aria-hidden />
          </ButtonLink>
        </>
      }
    >
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <Section title="What it says">
            <EntryFacts entry={entry} />
          </Section>
          {pair && (
            <Section
              title={pair.kind === 'call.intent' ? 'How the call began' : 'How the call ended'}
              about={
                pair.kind === 'call.intent'
                  ? 'Written before it was passed on, so that it is known even if the end is not.'
                  : 'Written before the answer could be seen.'
              }
              actions={
                callId !== undefined && (
                  <ButtonLink size="small" to="/audit" search={{ call: callId }}>
                    Both in the list
                  </ButtonLink>
                )
              }
            >
              <EntryFacts entry={pair} linked />
            </Section>
          )}
          {!pair && entry.kind === 'call.intent' && (
            <Section title="How the call ended">
              <p className="text-sm text-soft">
                No end of it is recorded: it is under way, or Plugboard stopped before it ended.
              </p>
            </Section>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <ChainSection entry={entry} previousHash={previousHash} />
          <Section title="The record itself" about="As it was hashed, here with line breaks.">
            <CodeBlock
              code={visibleText(JSON.stringify(entry.record, null, 2))}
              what="the record"
              wrap
            />
          </Section>
        </div>
      </div>
    </Page>
  );
}

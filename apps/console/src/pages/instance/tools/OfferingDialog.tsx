import type { Instance, OfferingView } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';

import { orpc } from '../../../api/client.ts';
import { isObject, own, wordOf } from '../../../forms/json-schema.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { ButtonLink } from '../../../ui/ButtonLink.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { LevelChoice } from './LevelChoice.tsx';
import { SchemaTable } from './SchemaTable.tsx';
import { WhoMayUse } from './WhoMayUse.tsx';

export interface OfferingDialogProps {
  readonly instance: Instance;
  readonly offering: OfferingView;
  readonly onClose: () => void;
}

/** One tool, prompt or resource: what the server says of it, and who may use it. */
export function OfferingDialog({ instance, offering, onClose }: OfferingDialogProps) {
  const may = useMay();
  const { kind, name, title, description } = offering;
  const query = useQuery(
    orpc.offerings.definition.queryOptions({ input: { instance: instance.id, kind, name } }),
  );
  const definition = query.data?.definition;
  return (
    <Dialog
      open
      onOpen={onClose}
      kind="side"
      width="large"
      title={<bdi className="font-mono text-base break-all">{visibleText(name)}</bdi>}
      about={title !== undefined && title !== name && <bdi>{visibleText(title)}</bdi>}
      footer={
        kind === 'tool' &&
        may('call.create') && (
          <ButtonLink
            to="/playground"
            search={{ instance: instance.slug, tool: name }}
            variant="primary"
            icon={<FlaskConical className="size-4" aria-hidden />}
          >
            Try it
          </ButtonLink>
        )
      }
    >
      <div className="flex flex-col gap-6">
        {description !== undefined && (
          <p className="text-sm whitespace-pre-wrap text-soft [overflow-wrap:anywhere]">
            <bdi>{visibleText(description)}</bdi>
          </p>
        )}
        <Part title="Level it needs">
          <div className="flex flex-wrap items-center gap-3 text-sm">
            <LevelChoice {...{ instance, offering }} />
            <span className="text-faint">
              {offering.overridden
                ? `Set here. Of itself it says ${offering.declaredLevel}.`
                : 'As it says of itself.'}
            </span>
          </div>
          <Hints definition={definition} />
        </Part>
        <Part title="Who may use it">
          <WhoMayUse {...{ instance, offering }} />
        </Part>
        {query.isPending && <Skeleton className="h-40" />}
        {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {definition !== undefined && (
          <>
            <SchemaPart title="Arguments" schema={own(definition, 'inputSchema')} />
            <SchemaPart title="Result" schema={own(definition, 'outputSchema')} />
            <Part title="Definition">
              <CodeBlock
                code={visibleText(JSON.stringify(definition, undefined, 2))}
                what="the definition"
              />
              <p className="mt-1.5 font-mono text-xs break-all text-faint">
                SHA-256 {query.data?.hash}
              </p>
            </Part>
          </>
        )}
      </div>
    </Dialog>
  );
}

function SchemaPart({ title, schema }: { readonly title: string; readonly schema: unknown }) {
  if (!isObject(schema)) return null;
  return (
    <Part title={title}>
      <SchemaTable schema={schema} />
    </Part>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

const hints = [
  ['readOnlyHint', true, 'says it only reads', 'good'],
  ['destructiveHint', true, 'says it may destroy', 'bad'],
  ['destructiveHint', false, 'says it destroys nothing', 'good'],
  ['idempotentHint', true, 'says twice is as once', 'neutral'],
  ['openWorldHint', true, 'says it reaches others', 'warn'],
] as const;

function Hints({ definition }: { readonly definition: unknown }) {
  const annotations = own(definition, 'annotations');
  const shown = hints.filter(([name, value]) => own(annotations, name) === value);
  const title = wordOf(annotations, 'title');
  if (shown.length === 0 && title === undefined) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-1.5">
      {shown.map(([name, value, words, tone]) => (
        <Badge key={`${name} ${String(value)}`} tone={tone}>
          {words}
        </Badge>
      ))}
    </p>
  );
}

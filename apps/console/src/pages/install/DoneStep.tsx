import { useQuery } from '@tanstack/react-query';
import { Blocks, CircleCheck, FlaskConical, Store } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card } from '../../ui/Card.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { plural } from '../../ui/format.ts';
import { ServerIcon } from '../../ui/ServerIcon.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { GrantPart } from './GrantPart.tsx';

/** It runs. What is left is to let somebody use it. */
export function DoneStep({ instance: id }: { readonly instance: string }) {
  const { data, error, refetch } = useQuery(
    orpc.instances.get.queryOptions({ input: { instance: id } }),
  );
  const may = useMay();
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />;
  }
  return (
    <>
      <Card className="flex flex-wrap items-center gap-4 p-5">
        <ServerIcon icon={data.icon} size={56} />
        <div className="min-w-0 flex-1 basis-52">
          <p className="flex items-center gap-2 text-lg font-semibold">
            <CircleCheck className="size-5 shrink-0 text-good" aria-hidden />
            <span>
              <Untrusted>{data.title}</Untrusted> is ready
            </span>
          </p>
          <p className="text-sm text-soft">
            {data.slug} in {data.toolbox.slug} · {plural(data.offers.tools, 'tool')}
            {data.offers.prompts > 0 && ` · ${plural(data.offers.prompts, 'prompt')}`}
            {data.offers.resources > 0 && ` · ${plural(data.offers.resources, 'resource')}`}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <ButtonLink
            to="/instances/$instance"
            params={{ instance: data.slug }}
            icon={<Blocks className="size-4" aria-hidden />}
          >
            Open the instance
          </ButtonLink>
          {may('call.create') && (
            <ButtonLink
              to="/playground"
              search={{ instance: data.slug }}
              icon={<FlaskConical className="size-4" aria-hidden />}
            >
              Try a tool
            </ButtonLink>
          )}
        </div>
      </Card>
      <GrantPart instance={data} />
      <ButtonLink
        to="/marketplace"
        variant="quiet"
        className="self-start"
        icon={<Store className="size-4" aria-hidden />}
      >
        Back to the marketplace
      </ButtonLink>
    </>
  );
}

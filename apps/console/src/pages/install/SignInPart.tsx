import { useMutation, useQuery } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import type { StepProps } from './Wizard.tsx';

const slot = 'Authorization';

/** For a remote server: an account that is connected, or one that is connected now. */
export function SignInPart({ server, plan, draft, change }: StepProps) {
  const resource = plan.run?.driver === 'remote' ? plan.run.url : server;
  const { data } = useQuery(orpc.connections.list.queryOptions());
  const fitting = (data?.connections ?? []).filter(
    (each) =>
      each.state === 'connected' && (each.resource === undefined || each.resource === resource),
  );
  const begin = useMutation(
    orpc.connections.begin.mutationOptions({
      onSuccess({ connection, authorizeUrl }) {
        if (connection) change({ credentials: { ...draft.credentials, [slot]: connection.id } });
        else if (authorizeUrl !== undefined) location.assign(authorizeUrl);
      },
      onError: () => undefined,
    }),
  );
  return (
    <Section
      title="Sign in"
      about="It wants to know who asks. The account that you connect is used for the whole organization."
    >
      <div className="flex flex-col items-start gap-4">
        {fitting.length > 0 && (
          <Field label="Connected account" className="flex w-full max-w-xl flex-col gap-1.5">
            <Select
              options={[
                { value: '', label: 'None' },
                ...fitting.map(({ id, name, account }) => ({
                  value: id,
                  label: name,
                  about: account?.name,
                })),
              ]}
              value={draft.credentials[slot] ?? ''}
              onValue={(id) => {
                const { [slot]: _before, ...others } = draft.credentials;
                change({ credentials: id === '' ? others : { ...others, [slot]: id } });
              }}
            />
          </Field>
        )}
        <Button
          variant={fitting.length > 0 ? 'secondary' : 'primary'}
          busy={begin.isPending}
          icon={<LogIn className="size-4" aria-hidden />}
          onClick={() =>
            begin.mutate({
              resource,
              owner: { kind: 'organization' },
              next: `/install?${new URLSearchParams({ server, step: 'credentials' }).toString()}`,
            })
          }
        >
          {fitting.length > 0 ? 'Connect another account' : 'Sign in'}
        </Button>
        <Problem error={begin.error} />
      </div>
    </Section>
  );
}

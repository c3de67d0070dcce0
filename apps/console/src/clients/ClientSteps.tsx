import { type Client, type Endpoint, printEntries } from '@plugboard/contracts';
import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';

import { ButtonAnchor } from '../ui/ButtonLink.tsx';
import { CodeBlock } from '../ui/CodeBlock.tsx';
import type { ClientChoice } from './client-choices.ts';
import { localPlaces } from './local-places.ts';

/** What the client calls this server. */
const name = 'plugboard';

export interface ClientStepsProps {
  readonly choice: ClientChoice;
  readonly endpoint: Endpoint;
}

/** What to do in one client, in order. */
export function ClientSteps({ choice, endpoint }: ClientStepsProps) {
  const { client } = choice;
  return (
    <ol className="flex flex-col gap-5" aria-label={`Steps for ${choice.title}`}>
      {client ? (
        <KnownClient client={client} endpoint={endpoint} />
      ) : (
        <AnyClient endpoint={endpoint} />
      )}
    </ol>
  );
}

function KnownClient({
  client,
  endpoint,
}: {
  readonly client: Client;
  readonly endpoint: Endpoint;
}) {
  const command = client.command?.(name, endpoint);
  const link = endpoint.token === undefined ? client.link?.(name, endpoint.url) : undefined;
  const file = <ConfigFile client={client} endpoint={endpoint} />;
  const last = (
    <Step number={2} title={endpoint.token === undefined ? client.signIn : client.afterwards}>
      {endpoint.token === undefined && (
        <p className="text-sm text-soft">
          Plugboard asks you there which agent it is to be, and what it may use.
        </p>
      )}
    </Step>
  );
  if (link === undefined && command === undefined) {
    return (
      <>
        <Step number={1} title={<FileTitle client={client} />}>
          {file}
        </Step>
        {last}
      </>
    );
  }
  return (
    <>
      {link === undefined ? (
        <Step number={1} title="Run this in a terminal">
          <CodeBlock code={command ?? ''} what="the command" wrap />
          <Otherwise client={client}>{file}</Otherwise>
        </Step>
      ) : (
        <Step number={1} title={`Open ${client.title} on this computer`}>
          <ButtonAnchor
            href={link}
            variant="primary"
            className="self-start"
            icon={<ExternalLink className="size-4" aria-hidden />}
          >
            Add to {client.title}
          </ButtonAnchor>
          <Otherwise client={client}>
            {command !== undefined && <CodeBlock code={command} what="the command" wrap />}
            {file}
          </Otherwise>
        </Step>
      )}
      {last}
    </>
  );
}

function AnyClient({ endpoint: { url, token } }: { readonly endpoint: Endpoint }) {
  return (
    <>
      <Step number={1} title="Give it this URL, as a server over streamable HTTP">
        <CodeBlock code={url} what="the URL" wrap />
      </Step>
      {token === undefined ? (
        <Step number={2} title="Sign in when it opens a page">
          <p className="text-sm text-soft">
            That needs a client that speaks OAuth. For others, take a token.
          </p>
        </Step>
      ) : (
        <Step number={2} title="And this header">
          <CodeBlock code={`Authorization: Bearer ${token}`} what="the header" wrap />
        </Step>
      )}
    </>
  );
}

function ConfigFile({
  client,
  endpoint,
}: {
  readonly client: Client;
  readonly endpoint: Endpoint;
}) {
  const entry = client.entry(endpoint, localPlaces());
  return <CodeBlock code={printEntries(client, { [name]: entry })} what="the configuration" />;
}

function FileTitle({ client }: { readonly client: Client }) {
  return (
    <>
      Put this into{' '}
      <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">
        {client.file(localPlaces())}
      </code>
    </>
  );
}

function Otherwise({
  client,
  children,
}: {
  readonly client: Client;
  readonly children: ReactNode;
}) {
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-soft hover:text-ink">
        By hand instead
      </summary>
      <div className="mt-2 flex flex-col gap-2">
        <p className="text-soft">
          <FileTitle client={client} />
        </p>
        {children}
      </div>
    </details>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

function Step({ number, title, children }: StepProps) {
  return (
    <li className="grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-3">
      <span
        aria-hidden
        className="grid size-6 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
      >
        {number}
      </span>
      <div className="flex min-w-0 flex-col gap-2">
        <p className="text-sm font-medium">{title}</p>
        {children}
      </div>
    </li>
  );
}

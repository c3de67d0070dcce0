import type { CatalogServer } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../api/client.ts';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Section } from '../../ui/Card.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

interface ServerProps {
  readonly server: CatalogServer;
}

/** Ways to begin. */
export function ExamplesTab({ server }: ServerProps) {
  const instance = server.installed[0]?.slug;
  return (
    <div className="flex flex-col gap-5">
      {server.presets.length > 0 && <Presets server={server} />}
      {instance === undefined ? (
        <Section title="For a client">
          <p className="text-sm text-soft">
            Once it is installed, its own address for MCP clients stands here. Clients that are
            connected to Plugboard find it there without being told.
          </p>
        </Section>
      ) : (
        <ClientExample instance={instance} />
      )}
      <Section title="In a terminal">
        <CodeBlock what="the commands" code={commandsFor(server, instance)} />
      </Section>
    </div>
  );
}

function Presets({ server }: ServerProps) {
  const may = useMay();
  return (
    <Section title="Presets" about="Settings to begin with, for what it is often used for.">
      <ul className="grid gap-3 sm:grid-cols-2">
        {server.presets.map(({ id, title, description }) => (
          <li
            key={id}
            className="flex flex-col gap-1.5 rounded-lg border border-line bg-raised p-3.5"
          >
            <h3 className="text-sm font-semibold">
              <Untrusted>{title}</Untrusted>
            </h3>
            <p className="text-sm text-soft">
              <Untrusted>{description}</Untrusted>
            </p>
            {may('instance.add') && (
              <ButtonLink
                size="small"
                className="mt-auto self-start"
                to="/install"
                search={{ server: server.name, preset: id }}
                aria-label={`Install with ${title}`}
              >
                Install with it
              </ButtonLink>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ClientExample({ instance }: { readonly instance: string }) {
  const { data } = useQuery(orpc.instances.get.queryOptions({ input: { instance } }));
  if (!data) return <Skeleton className="h-40 rounded-card" />;
  const entry = {
    mcpServers: {
      [data.slug]: {
        type: 'http',
        url: data.mcpUrl,
        headers: { Authorization: 'Bearer <token of the agent>' },
      },
    },
  };
  return (
    <Section
      title="For a client"
      about={
        <>
          This server alone, with its own names of tools. For all that an agent may use, see{' '}
          <TextLink to="/agents" className="underline">
            Agents
          </TextLink>
          .
        </>
      }
    >
      <CodeBlock code={JSON.stringify(entry, null, 2)} what="the configuration" />
    </Section>
  );
}

function commandsFor({ id, name, presets }: CatalogServer, instance: string | undefined): string {
  const [preset] = presets;
  return [
    `plugboard catalog show ${id ?? name}`,
    `plugboard server add ${id ?? name} --plan`,
    ...(preset ? [`plugboard server add ${id ?? name} --preset ${preset.id}`] : []),
    ...(instance === undefined ? [] : [`plugboard server tools ${instance}`]),
  ].join('\n');
}

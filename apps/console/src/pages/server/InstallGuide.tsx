import type { CatalogServer } from '@plugboard/contracts/api';
import type { ReactNode } from 'react';

import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Section } from '../../ui/Card.tsx';
import { CodeBlock } from '../../ui/CodeBlock.tsx';
import { OutsideLink, TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** How it comes to run here, step by step. */
export function InstallGuide({ server }: { readonly server: CatalogServer }) {
  const may = useMay();
  const wanted = server.credentials;
  const name = server.id ?? server.name;
  return (
    <Section title="Install guide">
      <ol className="flex flex-col gap-5">
        <Step number={1} title="Have ready what it asks for">
          {wanted.length === 0 && server.remarks.length === 0 ? (
            'Nothing: it needs no credential.'
          ) : (
            <ul className="flex list-disc flex-col gap-1 pl-5">
              {wanted.map(({ key, title, url, required }) => (
                <li key={key}>
                  <Untrusted>{title}</Untrusted>
                  {!required && ' (not required)'}
                  {url !== undefined && (
                    <>
                      {' · '}
                      <OutsideLink href={url} className="underline">
                        Where to get one
                      </OutsideLink>
                    </>
                  )}
                </li>
              ))}
              {server.remarks.map((remark) => (
                <li key={remark}>
                  <Untrusted>{remark}</Untrusted>
                </li>
              ))}
            </ul>
          )}
        </Step>
        <Step number={2} title="Install it">
          {may('instance.add') ? (
            <>
              <p>You see what would be fetched, run and reached before anything is done.</p>
              <ButtonLink
                className="my-2.5"
                variant="primary"
                to="/install"
                search={{ server: server.name }}
              >
                Plan the installation
              </ButtonLink>
              <p className="mb-2">Or in a terminal:</p>
            </>
          ) : (
            <p className="mb-2">An owner or admin installs it, here or in a terminal:</p>
          )}
          <CodeBlock code={`plugboard server add ${name}`} what="the command" />
        </Step>
        <Step number={3} title="Let an agent use it">
          <p className="mb-2">
            No agent may use a new server until you say so: when it is installed, under{' '}
            <TextLink to="/matrix" className="underline">
              Permissions
            </TextLink>
            , or in a terminal:
          </p>
          <CodeBlock
            code={`plugboard grant add <agent> --server ${server.installed[0]?.slug ?? server.id ?? '<instance>'} --level read`}
            what="the command"
          />
        </Step>
      </ol>
    </Section>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly children: ReactNode;
}

function Step({ number, title, children }: StepProps) {
  return (
    <li className="flex gap-3.5">
      <span
        aria-hidden
        className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1 text-sm">
        <h3 className="mb-1 text-[0.9375rem] leading-7 font-semibold">{title}</h3>
        {children}
      </div>
    </li>
  );
}

import type { CatalogServer } from '@plugboard/contracts/api';

import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { formatNumber } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { OutsideLink, TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { categoryLabel, runtimeLabel } from '../marketplace/words.ts';
import { Readme } from './Readme.tsx';

interface ServerProps {
  readonly server: CatalogServer;
}

/** What its publisher says, with the facts beside it. */
export function OverviewTab({ server }: ServerProps) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Readme server={server} />
      <div className="flex min-w-0 flex-col gap-5 max-lg:order-first">
        <About server={server} />
        {server.installed.length > 0 && <Installed server={server} />}
      </div>
    </div>
  );
}

function About({ server }: ServerProps) {
  const { stars, downloads, license, repositoryUrl, websiteUrl } = server;
  return (
    <Section title="About">
      <Facts
        rows={[
          ['Version', <Untrusted key="version">{server.version}</Untrusted>],
          [
            'Category',
            <TextLink
              key="category"
              to="/marketplace"
              search={{ q: `category:${server.category}`, show: undefined }}
            >
              {categoryLabel(server.category)}
            </TextLink>,
          ],
          ['Runs from', server.runtimes.map(runtimeLabel).join(', ') || undefined],
          [
            'Licence',
            license === undefined ? 'Not told' : <Untrusted key="l">{license}</Untrusted>,
          ],
          ['Stars', stars === undefined ? undefined : formatNumber(stars)],
          ['Downloads', downloads === undefined ? undefined : `${formatNumber(downloads)} a month`],
          ['Updated', server.updatedAt && <RelativeTime key="updated" at={server.updatedAt} />],
          ['Told by', <Untrusted key="source">{server.source.title}</Untrusted>],
          [
            'Repository',
            repositoryUrl && (
              <OutsideLink key="repository" href={repositoryUrl}>
                {shortUrl(repositoryUrl)}
              </OutsideLink>
            ),
          ],
          [
            'Website',
            websiteUrl && (
              <OutsideLink key="website" href={websiteUrl}>
                {shortUrl(websiteUrl)}
              </OutsideLink>
            ),
          ],
          [
            'Name',
            <code key="name" className="font-mono text-xs">
              <Untrusted>{server.name}</Untrusted>
            </code>,
          ],
        ]}
      />
      {server.keywords.length > 0 && (
        <ul className="mt-4 flex flex-wrap gap-1.5">
          {server.keywords.slice(0, 12).map((word) => (
            <li key={word} className="max-w-full">
              <Badge>{word}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Installed({ server }: ServerProps) {
  return (
    <Section title="Installed here">
      <ul className="flex flex-col gap-2 text-sm">
        {server.installed.map(({ slug, toolbox, version }) => (
          <li key={`${toolbox} ${slug}`} className="flex items-baseline gap-2">
            <TextLink to="/instances/$instance" params={{ instance: slug }}>
              {slug}
            </TextLink>
            <span className="text-faint">in {toolbox}</span>
            <span className="ml-auto text-xs text-faint tabular-nums">v{version}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function shortUrl(url: string): string {
  return url.replace(/^https?:\/\/(?:www\.)?/, '').replace(/\/$/, '');
}

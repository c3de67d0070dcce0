import { useState } from 'react';

import { Page } from '../../shell/Page.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { CategoryTabs } from './CategoryTabs.tsx';
import { FacetList } from './FacetList.tsx';
import { QueryNotes } from './QueryNotes.tsx';
import { ResultBar } from './ResultBar.tsx';
import { SearchBox } from './SearchBox.tsx';
import { ServerResults } from './ServerResults.tsx';
import { Shelves } from './Shelves.tsx';
import { ToolTab } from './ToolTab.tsx';
import { useHighlights, useServers } from './use-catalog.ts';
import { usePlace } from './use-place.ts';
import { useTypedQuery } from './use-typed-query.ts';

/** All servers there are: searched while one types, narrowed by filters that are part of the query. */
export function MarketplacePage() {
  const { show, go } = usePlace();
  const { q, typed, type, choose } = useTypedQuery();
  const [filters, setFilters] = useState(false);
  const servers = useServers(q, true);
  const highlights = useHighlights();
  const trending = new Set(highlights.data?.trending.map(({ name }) => name));
  const first = servers.data?.pages[0];
  const isBrowsing = q === '' && show === 'servers';
  return (
    <Page
      title="Marketplace"
      about="Find a server, see what it can do, and give it to your agents."
    >
      <div className="flex flex-col gap-3">
        <SearchBox typed={typed} onType={type} onChoose={choose} />
        <CategoryTabs q={q} counts={first?.facets.category ?? []} onQuery={choose} />
      </div>
      {first && show === 'servers' && <QueryNotes q={q} reading={first} onQuery={choose} />}
      {isBrowsing && <Shelves highlights={highlights} trending={trending} />}
      <div className="grid min-w-0 gap-6 lg:grid-cols-[13.5rem_minmax(0,1fr)]">
        <aside aria-label="Filters" className="hidden lg:block">
          <div className="sticky top-18 max-h-[calc(100dvh-6rem)] overflow-y-auto pr-2 pb-4 [scrollbar-width:thin]">
            {first && <FacetList q={q} counts={first.facets} onQuery={choose} />}
          </div>
        </aside>
        <div className="flex min-w-0 flex-col gap-4">
          <ResultBar
            q={q}
            show={show}
            total={first?.total}
            sort={first?.sort}
            onQuery={choose}
            onShow={(next) => go({ q, show: next })}
            onFilters={() => setFilters(true)}
          />
          {show === 'servers' ? (
            <ServerResults q={q} servers={servers} trending={trending} onQuery={choose} />
          ) : (
            <ToolTab q={q} onQuery={choose} />
          )}
        </div>
      </div>
      <Dialog
        open={filters}
        onOpen={setFilters}
        title="Filters"
        footer={
          <Button variant="primary" onClick={() => setFilters(false)}>
            {first ? `Show ${first.total.toLocaleString('en')}` : 'Show'}
          </Button>
        }
      >
        {first && <FacetList q={q} counts={first.facets} onQuery={choose} />}
      </Dialog>
    </Page>
  );
}

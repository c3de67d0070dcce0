import { Page } from '../../shell/Page.tsx';

export function MarketplacePage() {
  return <Page title="Marketplace">{null}</Page>;
}

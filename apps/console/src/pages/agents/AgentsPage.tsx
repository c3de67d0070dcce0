import { Page } from '../../shell/Page.tsx';

export function AgentsPage() {
  return <Page title="Agents">{null}</Page>;
}

import { Page } from '../../shell/Page.tsx';

export function AgentPage() {
  return <Page title="Agent">{null}</Page>;
}

import { Page } from '../../shell/Page.tsx';

export function ToolboxesPage() {
  return <Page title="Toolboxes">{null}</Page>;
}

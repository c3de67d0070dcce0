import { Page } from '../../shell/Page.tsx';

export function PlaygroundPage() {
  return <Page title="Playground">{null}</Page>;
}

import { api } from '../../../api/client.ts';
import type { TriedCall } from '../call-history.ts';
import type { CallToCopy } from '../copy-as.ts';
import { isForApps } from './app-definition.ts';
import { AppRefusal } from './app-host.ts';
import type { AppQuestion } from './AppPanel.tsx';

/** What an App may have done: tools of its own server as the same agent, and links, when the person wants it. */
export function useAppCalls(
  { agent, instance }: CallToCopy,
  tryCall: (call: CallToCopy) => Promise<TriedCall>,
  ask: (about: Omit<AppQuestion, 'answer'>) => Promise<boolean>,
) {
  async function callTool(
    name: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const tool = await api.offerings
      .definition({ instance, kind: 'tool', name })
      .catch(() => undefined);
    if (!tool || !isForApps(tool.definition)) {
      throw new AppRefusal('There is no such tool for Apps on this server.');
    }
    // The level in force here, never what the App says of it.
    if (tool.level !== 'read') {
      const isAllowed = await ask({
        title: `Let the App call a tool of level ${tool.level}?`,
        action: 'Call it this once',
        what: name,
        input,
      });
      if (!isAllowed) throw new AppRefusal('The person did not allow this call.');
    }
    const { result, failure } = await tryCall({ agent, instance, kind: 'tool', name, input });
    if (failure) throw new AppRefusal('The call was refused or failed.');
    if (result?.error) throw new AppRefusal(result.error.message);
    return result?.result;
  }

  async function openLink(url: string): Promise<boolean> {
    const isAllowed = await ask({
      title: 'Open this page in a new tab?',
      action: 'Open it',
      what: url,
    });
    if (isAllowed) globalThis.open(url, '_blank', 'noopener,noreferrer');
    return isAllowed;
  }

  return { callTool, openLink };
}

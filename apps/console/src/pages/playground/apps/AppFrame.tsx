import { useEffect, useRef, useState } from 'react';

import { AppHost, type AppHostOptions } from './app-host.ts';
import { heights } from './app-message.ts';

export interface AppFrameProps extends Omit<AppHostOptions, 'onHeight' | 'onEnd'> {
  readonly html: string;
  /** What it is: the frame's name. */
  readonly title: string;
}

/**
 * An App in its frame. It has an origin of its own, no network and no way to this page but messages, all of
 * which `AppHost` reads. Another call needs another frame: give it a `key`.
 */
export function AppFrame({ html, title, ...options }: AppFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState<number>(heights.first);
  const [ended, setEnded] = useState<string>();
  const [given] = useState({ html, options });

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const host = new AppHost(element, given.html, {
      ...given.options,
      onHeight: setHeight,
      onEnd: setEnded,
    });
    return () => host.end();
  }, [given]);

  if (ended !== undefined) {
    return (
      <p role="alert" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
        {ended}
      </p>
    );
  }
  return (
    <iframe
      ref={frame}
      title={title}
      src="/app-frame"
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      className="w-full rounded-lg border border-line bg-white"
      style={{ height }}
    />
  );
}

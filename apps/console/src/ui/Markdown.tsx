import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

import { OutsideLink } from './TextLink.tsx';
import { visibleText } from './Untrusted.tsx';

const plugins = [remarkGfm];

/** Pictures would tell other sites who reads: they are links. Headings begin below those of the page. */
const components: Components = {
  a: ({ href, children }) => (
    <OutsideLink href={href} className="underline">
      {children}
    </OutsideLink>
  ),
  img: ({ src, alt }) => (
    <OutsideLink href={typeof src === 'string' ? src : undefined} className="underline">
      {alt || 'picture'}
    </OutsideLink>
  ),
  h1: ({ children }) => <h3 className="mt-5 mb-2 text-lg font-semibold">{children}</h3>,
  h2: ({ children }) => <h3 className="mt-5 mb-2 text-base font-semibold">{children}</h3>,
  h3: ({ children }) => <h4 className="mt-4 mb-1.5 font-semibold">{children}</h4>,
  h4: ({ children }) => <h5 className="mt-3 mb-1 font-semibold">{children}</h5>,
  p: ({ children }) => <p className="my-2">{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc pl-5 leading-7">{children}</ul>,
  ol: ({ children }) => <ol className="my-2 list-decimal pl-5 leading-7">{children}</ol>,
  blockquote: ({ children }) => (
    <blockquote className="my-2 border-l-2 border-line-strong pl-3 text-soft">
      {children}
    </blockquote>
  ),
  pre: ({ children }) => (
    <pre
      tabIndex={0}
      className="my-3 overflow-x-auto rounded-lg border border-line bg-sunken p-3 font-mono text-xs leading-5"
    >
      {children}
    </pre>
  ),
  code: ({ children }) => (
    <code className="font-mono text-[0.85em] [overflow-wrap:anywhere]">{children}</code>
  ),
  table: ({ children }) => (
    <div tabIndex={0} className="my-3 overflow-x-auto">
      <table className="text-sm [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1 [&_th]:text-left">
        {children}
      </table>
    </div>
  ),
  hr: () => <hr className="my-4 border-line" />,
};

/** Markdown that others wrote. HTML in it is shown as it is written; nothing is loaded from elsewhere. */
export function Markdown({ children }: { readonly children: string }) {
  return (
    <div className="min-w-0 text-sm leading-6 [overflow-wrap:anywhere]">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {visibleText(children)}
      </ReactMarkdown>
    </div>
  );
}

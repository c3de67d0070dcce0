import { plural } from '../../ui/format.ts';
import { visibleText } from '../../ui/Untrusted.tsx';

const mostMembers = 200;
/** So deep it is open at first; a short one wholly. */
const openTo = 2;
const shortCharacters = 4000;

/** JSON as a tree that opens and closes. Text only: nothing in it becomes a page. */
export function JsonTree({ value, label }: { readonly value: unknown; readonly label: string }) {
  return (
    <div
      role="group"
      aria-label={label}
      tabIndex={0}
      className="max-h-[32rem] overflow-auto rounded-lg border border-line bg-sunken p-3 font-mono text-xs leading-[1.625rem]"
    >
      <Node name={undefined} value={value} depth={0} openTo={depthToOpen(value)} />
    </div>
  );
}

interface NodeProps {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly depth: number;
  readonly openTo: number;
}

function depthToOpen(value: unknown): number {
  return (JSON.stringify(value) ?? '').length > shortCharacters ? openTo : 40;
}

function Node({ name, value, depth, openTo }: NodeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="[overflow-wrap:anywhere] whitespace-pre-wrap">
        <Name>{name}</Name>
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const members = Object.entries(value);
  const count = plural(members.length, isList ? 'item' : 'member');
  if (members.length === 0) {
    return (
      <div>
        <Name>{name}</Name>
        <span className="text-faint">{isList ? '[]' : '{}'}</span>
      </div>
    );
  }
  return (
    <details open={depth < openTo && members.length <= 50}>
      <summary className="cursor-pointer rounded-sm">
        <Name>{name}</Name>
        <span className="text-faint">
          {isList ? '[' : '{'} {count} {isList ? ']' : '}'}
        </span>
      </summary>
      <div className="border-l border-line pl-4">
        {depth > 40 ? (
          <span className="text-faint">deeper still</span>
        ) : (
          members
            .slice(0, mostMembers)
            .map(([key, each]) => (
              <Node key={key} name={key} value={each} depth={depth + 1} openTo={openTo} />
            ))
        )}
        {members.length > mostMembers && (
          <span className="text-faint">and {members.length - mostMembers} more</span>
        )}
      </div>
    </details>
  );
}

function Name({ children }: { readonly children: string | undefined }) {
  if (children === undefined) return null;
  return (
    <>
      <bdi className="text-accent">{visibleText(children)}</bdi>
      <span className="text-faint">: </span>
    </>
  );
}

function Leaf({ value }: { readonly value: unknown }) {
  if (typeof value === 'string') {
    return <bdi className="text-good">{visibleText(JSON.stringify(value))}</bdi>;
  }
  return <span className="text-violet">{String(value)}</span>;
}

import { OutsideLink } from '../ui/TextLink.tsx';
import { Untrusted } from '../ui/Untrusted.tsx';
import { isObject, type JsonSchema, wordOf } from './json-schema.ts';

const mostCharacters = 600;

/** What a field is about, in its publisher's words, with its own name where the title is another. */
export function FieldAbout({
  name,
  schema,
}: {
  readonly name: string;
  readonly schema: JsonSchema;
}) {
  const description = wordOf(schema, 'description');
  const title = wordOf(schema, 'title');
  const facts = schema['x-plugboard'];
  const url = isObject(facts) ? wordOf(facts, 'url') : undefined;
  if (description === undefined && title === undefined && url === undefined) return null;
  return (
    <span className="whitespace-pre-line">
      {description !== undefined && <Untrusted>{clip(description)}</Untrusted>}{' '}
      {url !== undefined && (
        <OutsideLink href={url} className="underline">
          Where to get one
        </OutsideLink>
      )}{' '}
      {title !== undefined && title !== name && <code className="font-mono">{name}</code>}
    </span>
  );
}

function clip(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}

import {
  isObject,
  type JsonSchema,
  own,
  propertiesOf,
  readSchema,
  requiredOf,
  wordOf,
} from '../../../forms/json-schema.ts';
import { visibleText } from '../../../ui/Untrusted.tsx';

const most = 60;

/** The properties of an object of JSON Schema, as a list to read. */
export function SchemaTable({ schema: root }: { readonly schema: JsonSchema }) {
  const schema = readSchema(root, root);
  const required = requiredOf(schema);
  const entries = Object.entries(propertiesOf(schema));
  if (entries.length === 0) return <p className="text-sm text-faint">None.</p>;
  return (
    <dl className="divide-y divide-line rounded-lg border border-line">
      {entries.slice(0, most).map(([name, raw]) => {
        const property = readSchema(raw, root);
        const about = wordOf(property, 'description') ?? wordOf(property, 'title');
        return (
          <div key={name} className="px-3 py-2 text-sm">
            <dt className="flex flex-wrap items-baseline gap-x-2">
              <bdi className="font-mono text-xs font-medium break-all">{visibleText(name)}</bdi>
              <bdi className="text-xs text-faint">{visibleText(typeWords(property, root))}</bdi>
              {required.has(name) && <span className="text-xs text-warn">required</span>}
              {Object.hasOwn(property, 'default') && (
                <bdi className="text-xs text-faint">
                  otherwise {visibleText(short(property['default']))}
                </bdi>
              )}
            </dt>
            {about !== undefined && (
              <dd className="text-soft [overflow-wrap:anywhere]">
                <bdi>{visibleText(about)}</bdi>
              </dd>
            )}
          </div>
        );
      })}
      {entries.length > most && (
        <p className="px-3 py-2 text-xs text-faint">
          And {entries.length - most} more: see the definition.
        </p>
      )}
    </dl>
  );
}

function typeWords(schema: JsonSchema, root: JsonSchema): string {
  const values = schema['enum'];
  if (Array.isArray(values)) return short(values.slice(0, 12).map(short).join(' | '), 200);
  const type = own(schema, 'type');
  if (type === 'array') return `list of ${typeWords(readSchema(schema['items'], root), root)}`;
  if (Array.isArray(type)) return type.map(String).join(' or ');
  if (typeof type === 'string') {
    const format = wordOf(schema, 'format');
    return format === undefined ? type : `${type}, ${format}`;
  }
  return isObject(schema['properties']) ? 'object' : 'anything';
}

function short(value: unknown, length = 80): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

import { useState } from 'react';

import { Field } from '../../ui/Field.tsx';
import { SecretInput } from '../../ui/SecretInput.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { OutsideLink } from '../../ui/TextLink.tsx';
import { findService, type KnownService, recognizeService } from './known-services.ts';
import { secretPrefix } from './read-secret-form.ts';
import type { SecretFieldsProps } from './SecretFields.tsx';

/** A key, and where the service of one's own is. Says whose it looks like. */
export function ApiKeyFields({
  provider,
  onRecognize,
  errors,
}: Pick<SecretFieldsProps, 'provider' | 'onRecognize' | 'errors'>) {
  // The service alone: never anything of the key.
  const [looksLike, setLooksLike] = useState<KnownService>();
  const service = provider === undefined ? undefined : findService(provider);
  const recognize = (key: string) => {
    const found = recognizeService(key.trim());
    setLooksLike(found);
    if (found) onRecognize?.(found.slug);
  };
  const isOther = looksLike !== undefined && service !== undefined && looksLike !== service;
  return (
    <div className="flex flex-col gap-4">
      <Field
        label="Key"
        required
        error={errors['key']}
        about={
          isOther ? (
            <span className="text-warn">
              This looks like a key of {looksLike.title}, not of {service.title}.
            </span>
          ) : (
            <KeyAbout service={service ?? looksLike} />
          )
        }
      >
        <SecretInput
          name={`${secretPrefix}key`}
          onChange={(event) => recognize(event.currentTarget.value)}
        />
      </Field>
      <Field
        label="Address of the service"
        about="Only for one that you host yourself, such as https://github.example.com."
        error={errors['url']}
      >
        <TextInput name={`${secretPrefix}url`} type="url" autoComplete="off" />
      </Field>
    </div>
  );
}

function KeyAbout({ service }: { readonly service: KnownService | undefined }) {
  if (service === undefined) return 'The key alone, without “Bearer” before it.';
  const { title, begins, url } = service;
  return (
    <>
      {begins === undefined ? `A key of ${title}.` : `Keys of ${title} begin with ${begins}.`}{' '}
      {url !== undefined && <OutsideLink href={url}>Get one</OutsideLink>}
    </>
  );
}

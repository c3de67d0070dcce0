import { useState } from 'react';

import { Field } from '../../ui/Field.tsx';
import { SecretInput } from '../../ui/SecretInput.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { secretPrefix } from './read-secret-form.ts';
import type { SecretFieldsProps } from './SecretFields.tsx';

const engines = [
  { value: 'postgres', label: 'PostgreSQL', port: '5432' },
  { value: 'mysql', label: 'MySQL', port: '3306' },
  { value: 'mariadb', label: 'MariaDB', port: '3306' },
  { value: 'sqlserver', label: 'SQL Server', port: '1433' },
  { value: 'mongodb', label: 'MongoDB', port: '27017' },
  { value: 'redis', label: 'Redis', port: '6379' },
  { value: 'oracle', label: 'Oracle', port: '1521' },
] as const;

type Engine = (typeof engines)[number]['value'];

/** A database by its parts, or by the connection string that one has. */
export function DatabaseFields({ errors }: Pick<SecretFieldsProps, 'errors'>) {
  const [as, setAs] = useState<'parts' | 'dsn'>('parts');
  const [engine, setEngine] = useState<Engine>('postgres');
  const port = engines.find(({ value }) => value === engine)?.port;
  return (
    <div className="flex flex-col gap-4">
      <SegmentedControl
        label="How it is given"
        value={as}
        onValue={setAs}
        options={[
          { value: 'parts', label: 'By its parts' },
          { value: 'dsn', label: 'Connection string' },
        ]}
      />
      {as === 'dsn' ? (
        <Field
          label="Connection string"
          required
          error={errors['dsn']}
          about="Such as postgres://user:password@db.example.com:5432/shop. In a password, @ is written %40, / as %2F and # as %23."
        >
          <SecretInput name={`${secretPrefix}dsn`} />
        </Field>
      ) : (
        <div className="grid gap-4 sm:grid-cols-6">
          <Field
            label="Engine"
            className="flex flex-col gap-1.5 sm:col-span-2"
            error={errors['engine']}
          >
            <Select value={engine} onValue={setEngine} options={engines} />
          </Field>
          <input type="hidden" name={`${secretPrefix}engine`} value={engine} />
          <Field
            label="Host"
            required
            className="flex flex-col gap-1.5 sm:col-span-3"
            error={errors['host']}
          >
            <TextInput
              name={`${secretPrefix}host`}
              placeholder="db.example.com"
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Port" error={errors['port']}>
            <TextInput
              name={`${secretPrefix}port`}
              inputMode="numeric"
              placeholder={port}
              autoComplete="off"
            />
          </Field>
          <Field
            label="Database"
            className="flex flex-col gap-1.5 sm:col-span-2"
            error={errors['database']}
          >
            <TextInput name={`${secretPrefix}database`} autoComplete="off" spellCheck={false} />
          </Field>
          <Field
            label="User name"
            className="flex flex-col gap-1.5 sm:col-span-2"
            error={errors['username']}
          >
            <TextInput name={`${secretPrefix}username`} autoComplete="off" spellCheck={false} />
          </Field>
          <Field
            label="Password"
            className="flex flex-col gap-1.5 sm:col-span-2"
            error={errors['password']}
          >
            <SecretInput name={`${secretPrefix}password`} autoComplete="new-password" />
          </Field>
        </div>
      )}
      <p className="text-xs text-faint">
        Best is a user of the database’s own for agents, with no more rights than they need.
      </p>
    </div>
  );
}

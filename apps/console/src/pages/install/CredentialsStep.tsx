import { Section } from '../../ui/Card.tsx';
import { CredentialSlot } from './CredentialSlot.tsx';
import { SignInPart } from './SignInPart.tsx';
import { StepFoot } from './StepFoot.tsx';
import { wantsSignIn } from './steps.ts';
import type { StepProps } from './Wizard.tsx';

/** What it is let in with: from the vault, typed now, or by signing in. */
export function CredentialsStep(props: StepProps) {
  const { plan, draft, change, secrets, setSecrets, onBack, onNext } = props;
  const slots = plan.credentials.flatMap((each) =>
    each.key === undefined ? [] : [{ ...each, key: each.key }],
  );
  const missing = slots.filter(
    ({ key, required }) =>
      required && (secrets[key] ?? '') === '' && draft.credentials[key] === undefined,
  );
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing.length === 0) onNext();
      }}
    >
      {slots.length > 0 && (
        <Section
          title="Credentials"
          about="Sealed with a key of this Plugboard. What you type here is not kept by the browser."
        >
          <div className="flex flex-col gap-5">
            {slots.map((slot) => (
              <CredentialSlot
                key={slot.key}
                slot={slot}
                secret={secrets[slot.key] ?? ''}
                onSecret={(value) => setSecrets({ ...secrets, [slot.key]: value })}
                credential={draft.credentials[slot.key]}
                onCredential={(id) => {
                  const { [slot.key]: _before, ...others } = draft.credentials;
                  change({
                    credentials: id === undefined ? others : { ...others, [slot.key]: id },
                  });
                }}
              />
            ))}
          </div>
        </Section>
      )}
      {(wantsSignIn(plan) || draft.credentials['Authorization'] !== undefined) &&
        slots.every(({ key }) => key !== 'Authorization') && <SignInPart {...props} />}
      <StepFoot
        onBack={onBack}
        disabled={missing.length > 0}
        why={
          missing.length > 0
            ? `Still to give: ${missing.map(({ title }) => title).join(', ')}`
            : undefined
        }
      />
    </form>
  );
}

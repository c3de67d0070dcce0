import { AppError, type ErrorCode } from '@plugboard/contracts';

/** Why a request is refused, in the words of RFC 7644, section 3.12. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness';

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A refusal that the directory is told the reason of. */
export function scimError(
  scimType: ScimType,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): AppError {
  const code: ErrorCode = scimType === 'uniqueness' ? 'conflict' : 'invalid_input';
  return new AppError(code, message, { details: { ...details, scimType } });
}

export function presentScimError({ status, message, details }: AppError): object {
  const scimType = details?.['scimType'];
  return {
    schemas: [errorSchema],
    status: String(status),
    ...(typeof scimType === 'string' && { scimType }),
    detail: message,
  };
}

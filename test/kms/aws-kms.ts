import { type Behaviour, SealedBox } from './sealed-box.ts';
import { type Asked, serve, type Service } from './serve.ts';

export const awsKeyArn =
  'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

export interface AwsKms extends Service, Behaviour {
  /** Contexts that it was asked with. */
  readonly contexts: Record<string, string>[];
}

/** Encrypt and Decrypt of AWS KMS' JSON 1.1 protocol, for whoever signs with the access key AKIDTEST. */
export async function serveAwsKms(): Promise<AwsKms> {
  const box = new SealedBox();
  const behaviour: Behaviour = { mode: 'works' };
  const contexts: Record<string, string>[] = [];
  const refuse = (type: string, status = 400) => ({
    status,
    body: { __type: type, message: type },
  });
  const service = await serve(({ headers, body }: Asked) => {
    if (behaviour.mode === 'hangs') return undefined;
    if (behaviour.mode === 'broken') return { status: 500, body: 'no' };
    if (
      !/AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d+\/eu-central-1\/kms\//.test(
        headers.authorization ?? '',
      )
    ) {
      return refuse('UnrecognizedClientException');
    }
    if (behaviour.mode === 'denies') return refuse('AccessDeniedException');
    if (behaviour.mode === 'disabled') return refuse('DisabledException');
    if (behaviour.mode === 'no such key' || body.KeyId !== awsKeyArn) {
      return refuse('NotFoundException');
    }
    contexts.push(body.EncryptionContext);
    const names = Object.keys(body.EncryptionContext ?? {}).toSorted();
    const context = JSON.stringify(names.map((name) => [name, body.EncryptionContext[name]]));
    if (headers['x-amz-target'] === 'TrentService.Encrypt') {
      const sealed = box.seal(Buffer.from(body.Plaintext, 'base64'), context);
      return { status: 200, body: { KeyId: awsKeyArn, CiphertextBlob: sealed.toString('base64') } };
    }
    const plain = box.open(Buffer.from(body.CiphertextBlob, 'base64'), context);
    if (!plain) return refuse('InvalidCiphertextException');
    const given = behaviour.mode === 'lies' ? Buffer.alloc(32, 7) : plain;
    return { status: 200, body: { KeyId: awsKeyArn, Plaintext: given.toString('base64') } };
  });
  return Object.assign(behaviour, {
    url: service.url,
    contexts,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  });
}

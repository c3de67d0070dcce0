import type { Secret } from '@plugboard/vault';
import type { Logger } from 'pino';

export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: Secret;
}

export interface Mail {
  /** Whether mail can be sent at all. */
  readonly isSetUp: boolean;
  /** Resolves with whether the mail server took it; never rejects. */
  send(message: Message): Promise<boolean>;
}

export interface MailOptions {
  /** Such as smtps://user:password@mail.example.com; undefined for no mail. */
  readonly url: Secret | undefined;
  /** Whom mail is from. */
  readonly from: string;
  readonly log: Logger;
}

const timeoutMs = 10_000;

/** Sends mail by SMTP; what does so is loaded with the first one. */
export function createMail({ url, from, log }: MailOptions): Mail {
  return {
    isSetUp: url !== undefined,
    async send({ to, subject, text }) {
      if (url === undefined) return false;
      try {
        const { createTransport } = await import('nodemailer');
        const transport = createTransport({
          url: url.reveal(),
          connectionTimeout: timeoutMs,
          greetingTimeout: timeoutMs,
          socketTimeout: timeoutMs,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        try {
          await transport.sendMail({
            from,
            to: { name: '', address: to },
            subject,
            text: text.reveal(),
          });
        } finally {
          transport.close();
        }
        return true;
      } catch (error) {
        // Its text may hold the address of the server with its password.
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        log.error({ code }, 'a mail could not be sent');
        return false;
      }
    },
  };
}

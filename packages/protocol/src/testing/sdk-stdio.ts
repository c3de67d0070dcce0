/** The SDK's server as a process of its own; its argument is the era. */
import { serveSdkStdio } from './sdk-server.ts';

const [era] = process.argv.slice(2);
if (era !== 'legacy' && era !== 'modern' && era !== 'dual') throw new Error('name an era');
await serveSdkStdio(era);

#!/usr/bin/env node
// The sources are TypeScript and are run as they are; tsx strips the types while loading.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main();

import { publishImage } from '../../../builder/steps/publish-image.ts';

/** Publishes the output of an image step, for tests that kill it: `publish.ts STEP_OUTPUT OUT`. */
const [stepOutput = '', out = ''] = process.argv.slice(2);
await publishImage(stepOutput, out, new AbortController().signal);

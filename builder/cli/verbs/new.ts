import { relative, resolve } from 'node:path';
import { writeNewAppliance } from '../../new/write-new-appliance.ts';
import { boardsmithRoot } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

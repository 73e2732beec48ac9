import { readFile } from 'node:fs/promises';
import { Ajv, type ErrorObject } from 'ajv';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { formatLock } from './format-lock.ts';
import { JsonPositions } from './json-positions.ts';
import type { Lock } from './lock-format.ts';
import { checkLockRules, type LockProblem } from './lock-rules.ts';
import { lockSchema } from './lock-schema.ts';

const validate = new Ajv({ allErrors: true, discriminator: true }).compile<Lock>(lockSchema);
const mendHint = 'take the file from version control again, or remove it and run: boardsmith lock RECIPE';

/**
 * Reads and checks a lock.
 * @throws BoardsmithError LOCK_INVALID: not there, or with all its mistakes as `file:line:column: …`
 */
export async function readLock(file: string): Promise<Lock> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new BoardsmithError('LOCK_INVALID', `cannot read ${file}`, {
      hint: 'boardsmith lock RECIPE',
      cause,
    });
  }
  return parseLock(text, file);
}

/** The same for a text; `file` is what messages call it. */
export function parseLock(text: string, file: string): Lock {
  const value = parseJson(text, file);
  if (!validate(value)) throw invalid(text, file, (validate.errors ?? []).filter(isTelling).map(toProblem));
  const problems = checkLockRules(value);
  if (problems.length > 0) throw invalid(text, file, problems);
  // A text in canonical form has no key twice; any other (edited or merged by hand) is looked through for one.
  if (formatLock(value) !== text) refuseMistakes(text, file);
  return value;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    refuseMistakes(text, file);
    // JSON has rules that YAML does not.
    throw new BoardsmithError('LOCK_INVALID', `${file} is not valid JSON: ${(cause as Error).message}`, {
      hint: mendHint,
      cause,
    });
  }
}

function refuseMistakes(text: string, file: string): void {
  const mistake = new JsonPositions(text).firstMistake();
  if (mistake === null) return;
  throw new BoardsmithError('LOCK_INVALID', `${file} is malformed`, {
    hint: mendHint,
    problems: [`${file}:${mistake.position}: ${mistake.message}`],
  });
}

function invalid(text: string, file: string, problems: readonly LockProblem[]): BoardsmithError {
  const positions = new JsonPositions(text);
  return new BoardsmithError('LOCK_INVALID', `${file} is malformed`, {
    hint: mendHint,
    problems: problems.map(({ path, message }) => `${file}:${positions.of(path)}: ${message}`),
  });
}

/** "must match one of" and the like only repeat what the error inside says. */
function isTelling(error: ErrorObject): boolean {
  return error.keyword !== 'oneOf' && error.keyword !== 'propertyNames';
}

function toProblem(error: ErrorObject): LockProblem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const name = path.length === 0 ? 'the lock' : `"${path.at(-1)}"`;
  switch (error.keyword) {
    case 'additionalProperties':
      return {
        path: [...path, error.params.additionalProperty],
        message: `"${error.params.additionalProperty}" is not known here`,
      };
    case 'required':
      return { path, message: `${name} lacks "${error.params.missingProperty}"` };
    case 'const':
      return { path, message: `${name} must be ${JSON.stringify(error.params.allowedValue)}` };
    default:
      return error.propertyName === undefined
        ? { path, message: `${name} ${error.message}` }
        : { path: [...path, error.propertyName], message: `"${error.propertyName}" ${error.message}` };
  }
}

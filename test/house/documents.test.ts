import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';
import { everyHelp } from '../support/verb-help.ts';

const test = suite('documents');
const { stdout } = await execa('git', ['ls-files', '-z', '*.md'], { cwd: checkout });
const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(checkout, file)));
const text = (file: string): string => readFileSync(join(checkout, file), 'utf8');

/** What of a page is no code. */
function prose(page: string): string {
  return page.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
}

/** A heading's anchor, as pages on the web make it. */
function anchorOf(heading: string): string {
  const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return words.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function anchors(file: string): Set<string> {
  return new Set([...text(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!.trim())));
}

test('every link within the project leads somewhere', () => {
  const broken: string[] = [];
  let count = 0;
  for (const file of files) {
    for (const [, link] of prose(text(file)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue;
      count += 1;
      const [path = '', anchor] = link!.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(checkout, target))) broken.push(`${file}: ${link}`);
      else if (anchor !== undefined && !anchors(target).has(anchor)) broken.push(`${file}: ${link}`);
    }
  }
  assert.equal(broken, []);
  assert.ok(count > 20, String(count));
});

test('every page in docs/ is reached from the README', () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file) || !files.includes(file)) return;
    reached.add(file);
    for (const [, link] of prose(text(file)).matchAll(/\]\(([^)\s#]+)[^)]*\)/g))
      visit(join(dirname(file), link!));
  };
  visit('README.md');
  assert.equal(
    files.filter((file) => file.startsWith('docs/') && !reached.has(file)),
    [],
  );
});

test('every command in a document is one that there is, with options that it has', async () => {
  const helps = await everyHelp();
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    // A command stands in a line of its own or between backticks; it ends there, or where a remark begins.
    const commands = text(file).matchAll(
      /(?:^ {4}|`)(?:sudo |npx |\S+ && )*boardsmith ([a-z]+)\b([^`#\n]*)/gm,
    );
    for (const [command, verb = '', rest = ''] of commands) {
      const known = helps.filter(({ words }) => words.split(' ')[0] === verb).map((help) => help.text);
      seen.add(verb);
      if (known.length === 0) wrong.push(`${file}: ${command.trim()}`);
      for (const [option] of rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
        const isKnown = known.some((help) => new RegExp(`${option}\\b(?!-)`).test(help));
        if (!isKnown) wrong.push(`${file}: ${command.trim()}: there is no ${option}`);
      }
    }
  }
  assert.equal(wrong, []);
  assert.ok(seen.size > 6, [...seen].join());
});

test.run();

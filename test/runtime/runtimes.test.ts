import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allowedCalls } from '../../builder/recipe/system-calls/allowed.ts';
import { rootEntries } from '../../builder/runtime/root-entries.ts';
import type { Runtime } from '../../builder/runtime/runtime.ts';
import { runtimes } from '../../builder/runtime/runtimes.ts';
import { stepKinds } from '../../builder/steps/all-kinds.ts';
import { tools } from '../../builder/toolchain/tools.ts';

const test = suite('runtimes');

for (const [name, runtime] of Object.entries<Runtime>(runtimes)) {
  const { parts, base, program, host, rootFiles, programOrigin } = runtime;

  test(`${name}: its steps exist, and take what is there`, () => {
    assert.is(runtime.name, name);
    const known = [...Object.keys(parts), ...Object.keys(tools)];
    for (const { kind, inputs } of [base, program]) {
      assert.ok(stepKinds.has(kind), kind);
      assert.equal(
        inputs.filter((input) => !known.includes(input)),
        [],
      );
    }
    assert.ok(host.part in parts);
    assert.equal(
      Object.keys(parts).filter((part) => part in tools),
      [],
      'a part with the name of a tool',
    );
  });

  test(`${name}: its program and its libraries are of packages that are locked for images`, () => {
    const origins = Object.values(parts)
      .filter(({ request }) => !request.host)
      .map(
        ({ request }) => `${request.kind}:${request.kind === 'debian' ? request.package : nameOf(request)}`,
      );
    for (const origin of [programOrigin, ...rootFiles.map((file) => file.origin)]) {
      assert.ok(origins.includes(origin), `${origin} is none of ${origins}`);
    }
  });

  test(`${name}: a root gets its files, each from the base's folder lib`, () => {
    const entries = rootEntries(rootFiles, '/base');
    assert.equal(
      entries.map(({ path }) => path),
      rootFiles.map(({ path }) => path),
    );
    assert.is(new Set(rootFiles.map(({ path }) => path)).size, rootFiles.length);
    for (const entry of entries) {
      if (entry.type === 'file') assert.match(JSON.stringify(entry.content), /"\/base\/lib\/[^/]+"/);
      else assert.ok(rootFiles.some(({ path }) => entry.type === 'symlink' && path === entry.target));
    }
  });

  test(`${name}: its system calls are listed`, () => {
    assert.ok(Object.keys(allowedCalls[runtime.name]).length > 5);
  });
}

function nameOf(request: object): string {
  return 'name' in request ? String(request.name) : '';
}

test.run();

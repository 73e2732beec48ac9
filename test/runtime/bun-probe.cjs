'use strict';

// What a Bun program can see of itself, as one line of JSON; with `serve` it answers over HTTP, with `misuse` it says what stops it.
const outcome = (attempt) => {
  try {
    return String(attempt());
  } catch (error) {
    return [error.name, error.code].filter(Boolean).join(' ');
  }
};

if (process.argv.includes('serve')) {
  const server = require('node:http').createServer((request, response) =>
    response.end(`you asked for ${request.url}`),
  );
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
} else {
  const names = require('node:module').builtinModules;
  console.log(
    JSON.stringify({
      version: process.versions.bun,
      architecture: process.arch,
      flags: process.execArgv,
      arguments: process.argv.slice(2),
      isMain: require.main === module,
      isStrict: (function () {
        return this === undefined;
      })(),
      steered: globalThis.steered === true,
      fromDotenv: process.env.FROM_DOTENV ?? null,
      define: typeof DEFINED_BY_FILE === 'undefined' ? null : 'defined',
      // Not literals: the bundler would see them.
      eval: outcome(() => globalThis[['ev', 'al'].join('')]('1 + 1')),
      newFunction: outcome(() => globalThis[['Func', 'tion'].join('')]('return 3')()),
      dlopen: outcome(() => process.dlopen({ exports: {} }, '/nowhere.node')),
      compile: outcome(() => require('bun:ffi').cc({ source: '/nowhere.c', symbols: {} })),
      names,
    }),
  );
}

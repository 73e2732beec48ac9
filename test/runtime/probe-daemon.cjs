// Tries what a Node program must not be able to do and prints what came of it, one JSON line. With `serve` it then answers over HTTP.
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const v8 = require('node:v8');

function attempt(action) {
  try {
    return action();
  } catch (error) {
    return `${error.name} ${error.code ?? ''}`.trim();
  }
}

const facts = {
  version: process.version,
  architecture: process.arch,
  flags: process.execArgv,
  arguments: process.argv.slice(2),
  // biome-ignore lint/security/noGlobalEval: it is what is tried
  eval: attempt(() => eval('1 + 1')),
  newFunction: attempt(() => new Function('return 3')()),
  dlopen: attempt(() => process.dlopen({ exports: {} }, '/nonexistent.node')),
  protoIsGone: !('__proto__' in Object.prototype),
  fromHome: attempt(() => createRequire('/nowhere/')('in-home')),
  isMain: require.main === module,
  loadedByOptions: globalThis.loadedByOptions === true,
  heapMiB: v8.getHeapStatistics().heap_size_limit / 2 ** 20,
};

if (process.argv.includes('serve')) {
  const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
  server.listen(0, '127.0.0.1', () => print({ ...facts, port: server.address().port }));
} else {
  print(facts);
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

import { isDigest } from '../storage/digest.ts';
import { answerJson, type Exchange, type Service } from './exchange.ts';
import { getObject } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import { showMetrics } from './metrics-page.ts';
import { checkPreconditions } from './preconditions.ts';
import { Problem } from './problem.ts';
import { postObject, putObject } from './put-object.ts';

type Handler = (service: Service, exchange: Exchange) => Promise<void> | void;

/** A path with what can be done there, by method. HEAD stands where GET does. */
export interface Route {
  /** Name of the route in metrics. */
  readonly name: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

const objectPath = '/objects/{sha256}';

const start: Route = {
  name: '/',
  methods: {
    GET: (_, exchange) =>
      answerJson(exchange, 200, { service: 'cxo', paths: [...Object.keys(fixed), objectPath] }),
  },
};

const fixed: Readonly<Record<string, Route>> = {
  '/': start,
  '/objects': { name: '/objects', methods: { GET: listObjects, POST: postObject } },
  '/statistics': {
    name: '/statistics',
    methods: {
      GET: async (service, exchange) => answerJson(exchange, 200, await statistics(service)),
    },
  },
  '/quarantine': {
    name: '/quarantine',
    methods: {
      DELETE: async (service, exchange) =>
        answerJson(exchange, 200, { removed: await service.store.emptyQuarantine() }),
    },
  },
  // Says that the daemon turns and answers, whatever the disk does: restarting it would not mend a disk.
  '/health': {
    name: '/health',
    methods: { GET: (_, exchange) => answerJson(exchange, 200, { status: 'ok' }) },
  },
  '/metrics': { name: '/metrics', methods: { GET: showMetrics } },
};

/** The route of a path; Problem 404 if there is none, 400 if it is an object's but not with a digest. */
export function routeOf(path: string): Route {
  if (Object.hasOwn(fixed, path)) return fixed[path]!;
  if (path.startsWith('/objects/')) return objectRoute(path.slice('/objects/'.length));
  throw new Problem(404, 'no-such-path', 'there is nothing here; see / for what there is');
}

function objectRoute(digest: string): Route {
  if (!isDigest(digest)) {
    throw new Problem(
      400,
      'bad-digest',
      'an object is addressed by its SHA-256 as 64 lower-case hex digits: /objects/<sha256>',
    );
  }
  return {
    name: objectPath,
    methods: {
      GET: (service, exchange) => getObject(service, exchange, digest),
      PUT: (service, exchange) => putObject(service, exchange, digest),
      DELETE: (service, exchange) => deleteObject(service, exchange, digest),
    },
  };
}

async function deleteObject(service: Service, exchange: Exchange, digest: string): Promise<void> {
  checkPreconditions(exchange.request.headers, exchange.method, digest, await service.store.has(digest));
  if (!(await service.store.remove(digest))) {
    throw new Problem(404, 'not-found', 'there is no object with this digest here');
  }
  exchange.response.writeHead(204).end();
}

async function statistics(service: Service): Promise<Record<string, unknown>> {
  const { counters, scrubber, settings } = service;
  return {
    ...(await service.store.statistics()),
    max_object_bytes: settings.maxObjectBytes,
    scrubbed_bytes: scrubber.bytes,
    scrub_passes: scrubber.passes,
    connections: counters.connections,
    max_connections: settings.maxConnections,
    uptime_seconds: Math.floor(performance.now() / 1000),
    resident_memory_bytes: process.memoryUsage.rss(),
  };
}

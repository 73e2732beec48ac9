import { isDigest } from '../storage/digest.ts';
import { answerJson, type Exchange, type Service } from './exchange.ts';
import { Problem } from './problem.ts';

const usualLimit = 100;
const highestLimit = 1000;

/** GET /objects?after=<digest>&limit=<number>: a page of all objects, in the order of their digests. */
export async function listObjects(service: Service, exchange: Exchange): Promise<void> {
  const { after, limit } = readQuery(exchange.query);
  const page = await service.store.page(after, limit);
  const next = page.next === null ? null : `/objects?after=${page.next}&limit=${limit}`;
  answerJson(
    exchange,
    200,
    { objects: page.objects, next: page.next },
    next === null ? {} : { Link: `<${next}>; rel="next"` },
  );
}

function readQuery(query: URLSearchParams): { after: string | null; limit: number } {
  for (const name of new Set(query.keys())) {
    if (name !== 'after' && name !== 'limit') {
      throw new Problem(400, 'bad-query', `the list knows the parameters "after" and "limit", no others`);
    }
    if (query.getAll(name).length > 1)
      throw new Problem(400, 'bad-query', `"${name}" is there more than once`);
  }
  const after = query.get('after');
  if (after !== null && !isDigest(after)) {
    throw new Problem(
      400,
      'bad-query',
      '"after" must be a SHA-256: 64 lower-case hex digits, as "next" gives it',
    );
  }
  const limit = query.get('limit') ?? String(usualLimit);
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > highestLimit) {
    throw new Problem(400, 'bad-query', `"limit" must be a whole number from 1 to ${highestLimit}`);
  }
  return { after, limit: Number(limit) };
}
